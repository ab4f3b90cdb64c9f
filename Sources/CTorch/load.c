#include "CTorch.h"

#include <dlfcn.h>
#include <stdio.h>

const ct_api *_Nullable ct_load(const char *path, char *message, size_t capacity) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        snprintf(message, capacity, "%s", dlerror());
        return NULL;
    }
    ct_get_api_function get = (ct_get_api_function)dlsym(library, "ct_get_api");
    if (!get) {
        snprintf(message, capacity, "%s", dlerror());
        return NULL;
    }
    const ct_api *api = get();
    if (api->api_version != CT_API_VERSION) {
        snprintf(message, capacity, "%s speaks version %d of the interface, this program version %d", path,
                 api->api_version, CT_API_VERSION);
        return NULL;
    }
    return api;
}
