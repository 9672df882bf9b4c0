using System.Text.Json.Nodes;
using Llamax.Runs;
using static TorchSharp.torch;

namespace Llamax.Models.Checkpoints.Gguf;

/// <summary>A GGUF file as a Hugging Face model: its config.json, and its weights under Hugging Face's names and in its layout.</summary>
internal sealed class GgufModel : ITensorFile
{
    private readonly GgufFile _file;
    private readonly Dictionary<string, (string Name, GgufLayout Layout)> _origins = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StoredTensor> _tensors = new(StringComparer.Ordinal);

    /// <exception cref="RequestException">Not a whole GGUF file, or one of a family that Llamax does not know.</exception>
    public GgufModel(string path)
    {
        _file = new GgufFile(path);
        try
        {
            (Family, Config) = GgufConfig.Read(_file);
            foreach (var (name, entry) in _file.Entries)
            {
                if (name == "rope_freqs.weight")
                    continue;   // part of the config
                var (origin, layout) = Family.FromGguf(name) ?? throw new RequestException(
                    $"the tensor {name} is unknown in the architecture {Family.Name}", path, "use another model");
                if (layout is GgufLayout.QueryPairs or GgufLayout.KeyPairs && (entry.Shape.Length == 0 || entry.Shape[0] % (2L * Heads(layout)) != 0))
                    throw new RequestException(
                        $"the tensor {name} has the shape [{string.Join(", ", entry.Shape)}], whose rows are no pairs for {Heads(layout)} heads",
                        path, "convert the model again");
                _origins[origin] = (name, layout);
                var shape = layout == GgufLayout.Transposed ? [.. entry.Shape.Reverse()] : entry.Shape;
                _tensors[origin] = new(entry.Type.ToString(), shape, entry.Bytes, entry.Type switch
                {
                    GgufType.F16 => ScalarType.Float16,
                    GgufType.BF16 => ScalarType.BFloat16,
                    _ => ScalarType.Float32,
                });
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Path => _file.Path;

    public string Format => "GGUF";

    public GgufFamily Family { get; }

    /// <summary>As config.json would say it.</summary>
    public JsonObject Config { get; }

    public IReadOnlyDictionary<string, StoredTensor> Tensors => _tensors;

    public GgufVocabulary Vocabulary => GgufVocabulary.Read(_file);

    public void CopyTo(string name, Tensor target)
    {
        var (origin, layout) = _origins[name];
        if (layout is GgufLayout.AsIs or GgufLayout.Exact)
        {
            _file.CopyTo(origin, target);
            return;
        }

        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var isTransposed = layout == GgufLayout.Transposed;
        var stored = empty(isTransposed ? [.. target.shape.Reverse()] : target.shape, target.dtype, CPU);
        _file.CopyTo(origin, stored);
        target.copy_(isTransposed ? stored.t() : ToHalves(stored, Heads(layout)));
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Rows in GGUF's order, where neighbours are turned together, to Hugging Face's, where halves are.</summary>
    public static Tensor ToHalves(Tensor rows, long heads) => Swap(rows, heads, rows.shape[0] / heads / 2, 2);

    /// <summary>The inverse of <see cref="ToHalves"/>.</summary>
    public static Tensor ToNeighbours(Tensor rows, long heads) => Swap(rows, heads, 2, rows.shape[0] / heads / 2);

    private static Tensor Swap(Tensor rows, long heads, long outer, long inner)
    {
        using var scope = NewDisposeScope();
        return rows.reshape(heads, outer, inner, -1).transpose(1, 2).reshape(rows.shape).MoveToOuterDisposeScope();
    }

    private int Heads(GgufLayout layout) =>
        (int)Config[layout == GgufLayout.QueryPairs ? "num_attention_heads" : "num_key_value_heads"]!;
}
