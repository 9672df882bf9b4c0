using static TorchSharp.torch;

namespace Llamax.Models.Causal;

/// <summary>The weights of one layer as its block takes them.</summary>
/// <param name="parameters">The model's parameters by their full names.</param>
/// <param name="flat">The buffer that they are slices of.</param>
/// <param name="layer">Which layer, from 0.</param>
internal sealed class LayerWeights(IReadOnlyDictionary<string, ModelParameter> parameters, Tensor flat, int layer)
{
    /// <summary>A norm's weight, or another vector that the layer must have.</summary>
    public Tensor this[string name] => parameters[CausalTensorNames.InLayer(layer, name)].Value;

    /// <summary>Matrices that share an input, each with its bias where the model has one.</summary>
    public Projection Projection(params ReadOnlySpan<(string Weight, string? Bias)> names)
    {
        var weights = new List<ModelParameter>();
        var biases = new List<ModelParameter?>();
        foreach (var (weight, bias) in names)
        {
            weights.Add(parameters[CausalTensorNames.InLayer(layer, weight)]);
            biases.Add(bias is null ? null : parameters.GetValueOrDefault(CausalTensorNames.InLayer(layer, bias)));
        }

        var joinedBias = biases.Contains(null) ? null : Joined([.. biases.OfType<ModelParameter>()]);
        var areJoined = joinedBias is not null || biases.TrueForAll(bias => bias is null);
        return new DenseProjection(
            [.. weights.Select(weight => weight.Value)], [.. biases.Select(bias => bias?.Value)],
            areJoined ? Joined(weights) : null, joinedBias);
    }

    /// <summary>Tensors one below the other as one view, where the flat buffer has no gap between them; else null.</summary>
    private Tensor? Joined(IReadOnlyList<ModelParameter> parts)
    {
        for (var i = 1; i < parts.Count; i++)
            if (parts[i].Offset != parts[i - 1].Offset + parts[i - 1].Length)
                return null;
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        long[] shape = [.. parts[0].Value.shape];
        shape[0] = parts.Sum(part => part.Value.shape[0]);
        return flat.narrow(0, parts[0].Offset, parts.Sum(part => part.Length)).view(shape).detach().DetachFromDisposeScope();
    }
}
