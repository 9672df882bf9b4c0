using Llamax.Models.Causal;
using Llamax.Models.Layers;
using static TorchSharp.torch;

namespace Llamax.Models.Quantization;

/// <summary>The matrices of a decoder in eight bits: those of its layers, and its head.</summary>
internal sealed class RoundedWeights : IDisposable
{
    private readonly Dictionary<string, Int8Matrix> _byName = new(StringComparer.Ordinal);
    private readonly string _embedding;

    /// <param name="config">The model's shape.</param>
    /// <param name="weight">Gives a tensor, which is disposed here; asked for one after another.</param>
    public RoundedWeights(CausalConfig config, Func<TensorShape, Tensor> weight)
    {
        var names = config.Family.Tensors;
        _embedding = $"{names.Embedding}.weight";
        var head = config.TiedHead ? _embedding : $"{names.Head}.weight";
        var kept = new[] { config.TiedHead ? null : _embedding, names.Positions is { } positions ? $"{positions}.weight" : null };
        try
        {
            foreach (var tensor in config.Tensors().Where(tensor => tensor.Sizes.Length == 2 && !kept.Contains(tensor.Name)))
            {
                using var scope = NewDisposeScope();
                using var quiet = no_grad();
                var values = weight(tensor);
                var isTransposed = config.Family.IsTransposed && tensor.Name != head;
                _byName.Add(tensor.Name, Int8Matrix.Of(isTransposed ? values.t() : values));
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        Head = _byName[head];
    }

    public Int8Matrix Head { get; }

    public Int8Matrix? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Whether a tensor is not kept beside its rounded form; the embedding is, even where it is the head too.</summary>
    public bool Replaces(string name) => name != _embedding && _byName.ContainsKey(name);

    public void Dispose()
    {
        foreach (var matrix in _byName.Values)
            matrix.Dispose();
    }
}
