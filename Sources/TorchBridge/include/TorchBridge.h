/* TorchBridge exports only ct_get_api; its interface is CTorch.h. */
