#include "Bridge.h"

#include "TorchBridge.h"

namespace {

ct_api complete_table() {
    ct_api table = {};
    table.api_version = CT_API_VERSION;
    bridge::add_library_functions(table);
    bridge::add_creation_functions(table);
    bridge::add_value_functions(table);
    bridge::add_arithmetic_functions(table);
    bridge::add_shape_functions(table);
    bridge::add_indexing_functions(table);
    bridge::add_reduction_functions(table);
    bridge::add_network_functions(table);
    bridge::add_quantization_functions(table);
    bridge::add_gradient_functions(table);
    bridge::add_recomputation_functions(table);
    bridge::add_optimizer_functions(table);
    bridge::add_random_functions(table);
    return table;
}

}  // namespace

const ct_api *ct_get_api(void) {
    static const ct_api table = complete_table();
    return &table;
}
