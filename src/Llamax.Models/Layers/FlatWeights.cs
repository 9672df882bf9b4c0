using Llamax.Models.Causal;
using Llamax.Models.Checkpoints;
using Llamax.Models.Native;
using Llamax.Runs;
using static TorchSharp.torch;

namespace Llamax.Models.Layers;

/// <summary>The learnt tensors of one model: views into one flat buffer (design, principle 1), which this object owns.</summary>
internal sealed class FlatWeights : IDisposable
{
    private readonly Dictionary<string, ModelParameter> _byName;

    /// <param name="tensors">What the model has.</param>
    /// <param name="flat">Makes the buffer, or an alias of another model's.</param>
    public FlatWeights(IReadOnlyList<TensorShape> tensors, Func<ParameterLayout, Tensor> flat)
    {
        using var quiet = no_grad();
        var layout = new ParameterLayout(tensors);
        Flat = flat(layout).DetachFromDisposeScope();
        DecayedLength = layout.DecayedLength;
        Parameters = [.. layout.Slices.Select(slice => Slice(slice.Name, slice.Shape, slice.Offset))];
        _byName = Parameters.ToDictionary(p => p.Name, StringComparer.Ordinal);
    }

    /// <summary>[n] every weight: the matrices, then norms and biases; slices begin at multiples of 64 and the gaps stay zero.</summary>
    public Tensor Flat { get; }

    /// <summary>The first elements of <see cref="Flat"/>, which belong to matrices.</summary>
    public long DecayedLength { get; }

    /// <summary>In the order of the buffer.</summary>
    public IReadOnlyList<ModelParameter> Parameters { get; }

    public Tensor this[string name] => _byName[name].Value;

    /// <summary>Null where the model has no such tensor.</summary>
    public Tensor? Find(string name) => _byName.GetValueOrDefault(name)?.Value;

    /// <summary>
    /// Draws the weights: N(0, deviation²), norms one, biases zero. Every tensor has its own generator keyed by seed and name, on
    /// the CPU.
    /// </summary>
    /// <param name="seed">Decides everything.</param>
    /// <param name="deviation">Of a matrix, by its name.</param>
    public void Initialize(ulong seed, Func<string, double> deviation)
    {
        using var quiet = no_grad();
        foreach (var parameter in Parameters)
        {
            using var scope = NewDisposeScope();
            if (parameter.Name.EndsWith(".bias", StringComparison.Ordinal))
            {
                parameter.Value.zero_();
            }
            else if (!parameter.Decays)
            {
                parameter.Value.Fill(1);
            }
            else
            {
                using var generator = new Generator(new Draws(seed, $"initialize {parameter.Name}").Bits(0), CPU);
                var drawn = empty(parameter.Value.shape, ScalarType.Float32).normal_(0, deviation(parameter.Name), generator);
                parameter.Value.copy_(drawn);
            }
        }
    }

    /// <summary>Writes every element of the buffer: what <see cref="CheckpointNames.Locate"/> has found and checked, and zeros.</summary>
    public void Load(CheckpointFolder checkpoint, IReadOnlyDictionary<string, string> storedNames)
    {
        if (Flat.device.type == TorchSharp.DeviceType.CPU)
            LargePages.Ask(Flat);
        ClearGaps();
        foreach (var parameter in Parameters)
            checkpoint.CopyTo(storedNames[parameter.Name], parameter.Value);
    }

    /// <summary>Writes all tensors in Hugging Face's layout.</summary>
    public void Save(string folder, ScalarType dtype, long maxShardBytes) =>
        CheckpointFolder.Write(folder, [.. Parameters.Select(p => (p.Name, p.Value))], dtype, maxShardBytes);

    public void Dispose()
    {
        foreach (var parameter in Parameters)
            parameter.Value.Dispose();
        Flat.Dispose();
    }

    // What lies between two slices takes part in sums over the whole buffer.
    private void ClearGaps()
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        for (var i = 0; i < Parameters.Count; i++)
        {
            var end = Parameters[i].Offset + Parameters[i].Length;
            var next = i + 1 < Parameters.Count ? Parameters[i + 1].Offset : Flat.shape[0];
            if (next > end)
                Flat.narrow(0, end, next - end).zero_();
        }
    }

    private ModelParameter Slice(string name, long[] shape, long offset)
    {
        using var scope = NewDisposeScope();
        var length = shape.Aggregate(1L, (product, size) => product * size);
        var value = Flat.narrow(0, offset, length).view(shape).detach().DetachFromDisposeScope();
        return new(name, value, offset, length, Decays: shape.Length > 1);
    }
}
