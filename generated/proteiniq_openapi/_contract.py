"""The contract that this package was generated from."""

SHA256 = "616d38537f7a9edb95d4099392d6ac4a210cda5f02614d621cf267ac9c58f150"
