// tfjs-node's addon (Copyright Google LLC, Apache-2.0; see node_modules/@tensorflow/tfjs-node-gpu/binding) and, on top,
// what makes one function of many operations. Its sources are compiled as they are: `tfjs_binding.cc` as part of this
// file, so that its table of exports can be added to.
#include <node_api.h>

// tfjs_binding.cc ends in NAPI_MODULE: only ours may register
#undef NAPI_MODULE
#define NAPI_MODULE(name, init)
#include "tfjs_binding.cc"
#undef NAPI_MODULE

#include <vector>

namespace tfnodejs {

// The backend keeps TensorFlow's context to itself; an explicit instantiation may name a private member.
TFE_Context *ContextOf(const TFJSBackend &backend);
template <TFE_Context *TFJSBackend::*member>
struct Opened {
  friend TFE_Context *ContextOf(const TFJSBackend &backend) { return backend.*member; }
};
template struct Opened<&TFJSBackend::tfe_context_>;

namespace {

// What C++ throws becomes an Error of JavaScript in one place, `Guarded`.
struct Failure {
  std::string message;
};

void Demand(bool holds, const char *what) {
  if (!holds) throw Failure{what};
}

// TensorFlow's objects, freed whatever happens.
struct Status {
  TF_Status *status = TF_NewStatus();
  ~Status() { TF_DeleteStatus(status); }
  void Check() const {
    if (TF_GetCode(status) != TF_OK) throw Failure{TF_Message(status)};
  }
};
struct Graph {
  TF_Graph *graph = TF_NewGraph();
  ~Graph() { TF_DeleteGraph(graph); }
};
struct Buffer {
  TF_Buffer *buffer;
  ~Buffer() { TF_DeleteBuffer(buffer); }
};

std::string TextOf(napi_env env, napi_value value) {
  size_t length = 0;
  Demand(napi_get_value_string_utf8(env, value, nullptr, 0, &length) == napi_ok, "expected a string");
  std::string text(length + 1, '\0');
  napi_get_value_string_utf8(env, value, &text[0], length + 1, &length);
  text.resize(length);
  return text;
}

// The first output of each operation named in an array of strings.
std::vector<TF_Output> OutputsOf(napi_env env, napi_value names, TF_Graph *graph) {
  uint32_t count = 0;
  Demand(napi_get_array_length(env, names, &count) == napi_ok, "expected an array of names");
  std::vector<TF_Output> outputs;
  for (uint32_t i = 0; i < count; i++) {
    napi_value element;
    napi_get_element(env, names, i, &element);
    const std::string name = TextOf(env, element);
    TF_Operation *operation = TF_GraphOperationByName(graph, name.c_str());
    if (operation == nullptr) throw Failure{"the graph has no operation '" + name + "'"};
    outputs.push_back({operation, 0});
  }
  return outputs;
}

using Work = napi_value (*)(napi_env, TFE_Context *, napi_value *arguments);

template <Work work, size_t expected>
napi_value Guarded(napi_env env, napi_callback_info info) {
  size_t count = expected;
  napi_value arguments[expected];
  try {
    Demand(napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr) == napi_ok && count == expected,
           "wrong number of arguments");
    TFJSBackend *backend = nullptr;
    Demand(napi_get_instance_data(env, reinterpret_cast<void **>(&backend)) == napi_ok && backend != nullptr,
           "TensorFlow has ended");
    return work(env, ContextOf(*backend), arguments);
  } catch (const Failure &failure) {
    napi_throw_error(env, nullptr, failure.message.c_str());
    return nullptr;
  }
}

// addFunction(name, graph, inputs, outputs): makes `executeOp(name, ...)` run a graph, given as a serialized GraphDef.
// `inputs` are names of its placeholders and `outputs` of operations, whose first output is meant.
napi_value AddFunction(napi_env env, TFE_Context *context, napi_value *arguments) {
  const std::string name = TextOf(env, arguments[0]);
  napi_typedarray_type type;
  size_t length = 0;
  void *bytes = nullptr;
  Demand(napi_get_typedarray_info(env, arguments[1], &type, &length, &bytes, nullptr, nullptr) == napi_ok &&
             type == napi_uint8_array,
         "expected the graph as a Uint8Array");
  Status status;
  Graph graph;
  const Buffer definition{TF_NewBufferFromString(bytes, length)};
  TF_ImportGraphDefOptions *options = TF_NewImportGraphDefOptions();
  TF_GraphImportGraphDef(graph.graph, definition.buffer, options, status.status);
  TF_DeleteImportGraphDefOptions(options);
  status.Check();
  const std::vector<TF_Output> inputs = OutputsOf(env, arguments[2], graph.graph);
  const std::vector<TF_Output> outputs = OutputsOf(env, arguments[3], graph.graph);
  constexpr int kEveryOperation = -1;
  TF_Function *function =
      TF_GraphToFunction(graph.graph, name.c_str(), /*append_hash_to_fn_name=*/0, kEveryOperation, nullptr,
                         static_cast<int>(inputs.size()), inputs.data(), static_cast<int>(outputs.size()),
                         outputs.data(), nullptr, nullptr, nullptr, status.status);
  status.Check();
  TFE_ContextAddFunction(context, function, status.status);
  TF_DeleteFunction(function);
  status.Check();
  return nullptr;
}

// removeFunction(name)
napi_value RemoveFunction(napi_env env, TFE_Context *context, napi_value *arguments) {
  const Status status;
  TFE_ContextRemoveFunction(context, TextOf(env, arguments[0]).c_str(), status.status);
  status.Check();
  return nullptr;
}

// operationDefinition(name): a serialized OpDef, as a Uint8Array
napi_value OperationDefinition(napi_env env, TFE_Context *, napi_value *arguments) {
  const Status status;
  const Graph graph;
  const Buffer definition{TF_NewBuffer()};
  TF_GraphGetOpDef(graph.graph, TextOf(env, arguments[0]).c_str(), definition.buffer, status.status);
  status.Check();
  void *bytes = nullptr;
  napi_value content;
  napi_value array;
  const size_t length = definition.buffer->length;
  Demand(napi_create_arraybuffer(env, length, &bytes, &content) == napi_ok &&
             napi_create_typedarray(env, napi_uint8_array, length, content, 0, &array) == napi_ok,
         "no memory for a definition");
  memcpy(bytes, definition.buffer->data, length);
  return array;
}

napi_value Initialise(napi_env env, napi_value exports) {
  exports = InitTFNodeJSBinding(env, exports);
  if (exports == nullptr) return nullptr;
  const napi_property_descriptor added[] = {
      {"addFunction", nullptr, Guarded<AddFunction, 4>, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"removeFunction", nullptr, Guarded<RemoveFunction, 1>, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"operationDefinition", nullptr, Guarded<OperationDefinition, 1>, nullptr, nullptr, nullptr, napi_default,
       nullptr},
  };
  napi_define_properties(env, exports, ARRAY_SIZE(added), added);
  return exports;
}

}  // namespace
}  // namespace tfnodejs

NAPI_MODULE_INIT() { return tfnodejs::Initialise(env, exports); }
