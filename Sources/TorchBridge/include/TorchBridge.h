/* All that libTorchBridge.so exports. Its interface is described in CTorch.h. */
#ifndef TORCHBRIDGE_H
#define TORCHBRIDGE_H

#include "CTorch.h"

#ifdef __cplusplus
extern "C"
#endif
__attribute__((visibility("default"))) const ct_api *_Nonnull ct_get_api(void);

#endif
