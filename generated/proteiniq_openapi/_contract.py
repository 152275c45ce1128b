"""The contract that this package was generated from."""

SHA256 = "3fccc6898bb9a7e73a2c844e8a2f3899d5a5a7661e4683af01d40536d882b196"
