"""The contract that this package was generated from."""

SHA256 = "59261ce183a4e0b6cd29451c3f33f0ad4d485a27eb9840b8f3c0ffef45cf0756"
