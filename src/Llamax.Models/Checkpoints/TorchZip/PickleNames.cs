using Llamax.Runs;
using static TorchSharp.torch;

namespace Llamax.Models.Checkpoints.TorchZip;

/// <summary>
/// The names of Python that a checkpoint may use: those with which torch describes tensors, and classes of mere data. Any other is refused
/// by its name before anything is made of it.
/// </summary>
internal sealed class PickleNames(string path)
{
    private static readonly Dictionary<string, ScalarType> Storages = new(StringComparer.Ordinal)
    {
        ["FloatStorage"] = ScalarType.Float32,
        ["HalfStorage"] = ScalarType.Float16,
        ["BFloat16Storage"] = ScalarType.BFloat16,
        ["DoubleStorage"] = ScalarType.Float64,
        ["LongStorage"] = ScalarType.Int64,
        ["IntStorage"] = ScalarType.Int32,
        ["ShortStorage"] = ScalarType.Int16,
        ["CharStorage"] = ScalarType.Int8,
        ["ByteStorage"] = ScalarType.Byte,
        ["BoolStorage"] = ScalarType.Bool,
    };

    // Settings and counters that stand beside the weights, whose content is not needed.
    private static readonly HashSet<string> Inert =
    [
        "torch.Size", "torch.device", "torch.dtype", "torch.Tensor", "torch.nn.parameter.Parameter",
        "torch.float32", "torch.float16", "torch.bfloat16", "torch.float64", "torch.int64", "torch.int32", "torch.bool",
        "argparse.Namespace", "pathlib.PosixPath", "_codecs.encode",
        "numpy.dtype", "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar",
        "builtins.int", "builtins.float", "builtins.str", "builtins.bool", "builtins.list", "builtins.tuple", "builtins.dict",
        "builtins.set", "builtins.frozenset", "builtins.bytes", "__builtin__.set", "__builtin__.list", "__builtin__.dict",
        "collections.defaultdict", "collections.Counter",
    ];

    private static readonly HashSet<string> Makers =
    [
        "collections.OrderedDict", "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_parameter",
        "torch._tensor._rebuild_from_type_v2",
    ];

    /// <exception cref="RequestException">The name is not on the allow-list.</exception>
    public PickledGlobal Find(string module, string name)
    {
        var global = new PickledGlobal(module, name);
        if (Inert.Contains(global.ToString()) || Makers.Contains(global.ToString()) || (module == "torch" && Storages.ContainsKey(name)))
            return global;
        throw new RequestException(
            $"the pickle names {module}.{name}, which Llamax does not know and never runs", path,
            "save the weights alone, torch.save(model.state_dict(), …), or as safetensors");
    }

    /// <summary>What a call of a name would make.</summary>
    public object Make(PickledGlobal global, PickledTuple arguments) => global.ToString() switch
    {
        "collections.OrderedDict" => Dictionary(arguments),
        "torch._utils._rebuild_tensor" or "torch._utils._rebuild_tensor_v2" => Tensor(arguments),
        "torch._utils._rebuild_parameter" when arguments.Items is [PickledTensor tensor, ..] => tensor,
        "torch._tensor._rebuild_from_type_v2" when arguments.Items is [PickledGlobal inner, _, PickledTuple rest, ..]
            && inner.Name != global.Name => Make(inner, rest),
        var name when Makers.Contains(name) => throw Wrong($"{name} is called with other arguments than torch gives it"),
        "collections.defaultdict" or "collections.Counter" or "builtins.dict" or "__builtin__.dict" => new PickledDictionary(),
        "builtins.list" or "builtins.set" or "builtins.frozenset" or "__builtin__.set" or "__builtin__.list" => new List<object?>(),
        _ => new PickledObject(global),
    };

    /// <summary>What torch calls a persistent id: ("storage", type, key, device, elements).</summary>
    public PickledStorage Storage(PickledTuple id) => id.Items is ["storage", PickledGlobal type, string key, _, long elements]
        && Storages.TryGetValue(type.Name, out var element) && elements >= 0
        ? new(element, key, elements)
        : throw Wrong("a storage is described in another way than torch.save does");

    private PickledDictionary Dictionary(PickledTuple arguments)
    {
        var dictionary = new PickledDictionary();
        if (arguments.Items is [List<object?> pairs])
        {
            foreach (var pair in pairs)
            {
                var items = pair is PickledTuple { Items.Count: 2 } tuple ? tuple.Items
                    : pair is List<object?> { Count: 2 } list ? list
                    : throw Wrong("a dictionary has something else than pairs");
                dictionary.Set(items[0], items[1]);
            }
        }

        return dictionary;
    }

    private PickledTensor Tensor(PickledTuple arguments)
    {
        if (arguments.Items is not [PickledStorage storage, long offset, PickledTuple size, PickledTuple stride, ..])
            throw Wrong("a tensor is described in another way than torch.save does");
        var (shape, strides) = (Numbers(size), Numbers(stride));
        if (shape.Length != strides.Length || offset < 0 || strides.Any(step => step < 0))
            throw Wrong($"a tensor has the impossible shape [{string.Join(", ", shape)}] and strides [{string.Join(", ", strides)}]");
        return new(storage, offset, shape, strides);
    }

    private long[] Numbers(PickledTuple tuple) =>
        [.. tuple.Items.Select(item => item is long number ? number : throw Wrong("a size of a tensor is no whole number"))];

    private RequestException Wrong(string what) => new(what, path, "download or write the file again; it is damaged");
}
