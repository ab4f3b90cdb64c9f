#include "CTorch.h"

#include <torch/torch.h>
#include <torch/version.h>

namespace {
const char *version() { return TORCH_VERSION; }
const char *last_error() { return ""; }
const ct_api table = {CT_API_VERSION, last_error, version};
}  // namespace

extern "C" const ct_api *ct_get_api(void) { return &table; }
