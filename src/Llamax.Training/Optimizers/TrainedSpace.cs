using Llamax.Models.Causal;
using Llamax.Models.Layers;
using Llamax.Training.Collectives;
using static TorchSharp.torch;

namespace Llamax.Training.Optimizers;

/// <summary>
/// The trained part of a model's flat buffer, laid end to end: gradient, moments and master weights are as long as this, however large
/// the frozen rest is. What decays comes first, as in the model.
/// </summary>
internal sealed class TrainedSpace
{
    private readonly List<Run> _runs = [];
    private readonly HashSet<string> _names = [];

    /// <param name="model">Its parameters in the order of the buffer.</param>
    /// <param name="isTrained">Which of them move; all where null.</param>
    /// <param name="decayAll">Whether norms and biases decay as well.</param>
    public TrainedSpace(CausalModel model, Func<ModelParameter, bool>? isTrained = null, bool decayAll = false)
    {
        foreach (var parameter in model.TrainableParameters)
        {
            if (isTrained is not null && !isTrained(parameter))
                continue;
            _names.Add(parameter.Name);
            var decays = decayAll || parameter.Decays;
            var end = parameter.Offset + ParameterLayout.Aligned(parameter.Length);
            if (_runs is [.., var last] && last.ModelStart + last.Length == parameter.Offset && last.Decays == decays)
                _runs[^1] = last with { Length = end - last.ModelStart };
            else
                _runs.Add(new(parameter.Offset, Length, end - parameter.Offset, decays));
            Length = _runs[^1].Start + _runs[^1].Length;
        }
    }

    /// <summary>Elements, gaps between the parameters included.</summary>
    public long Length { get; private set; }

    /// <summary>Whether a parameter is trained.</summary>
    public bool Holds(ModelParameter parameter) => _names.Contains(parameter.Name);

    /// <summary>Where a trained parameter begins.</summary>
    public long StartOf(ModelParameter parameter)
    {
        var run = _runs.FindLast(run => run.ModelStart <= parameter.Offset);
        return run.Start + parameter.Offset - run.ModelStart;
    }

    /// <summary>The places of a shard: in the model's flat buffer, and in this space.</summary>
    public IEnumerable<Piece> Pieces(Shard shard)
    {
        foreach (var run in _runs)
        {
            var part = shard.Within(run.Start, run.Length);
            if (part.Length > 0)
                yield return new(run.ModelStart + part.Start - run.Start, part.Start, part.Length, run.Decays);
        }
    }

    /// <summary>Views of a shard's pieces in the model's flat buffer; they belong to the dispose scope of the caller.</summary>
    public IReadOnlyList<Tensor> InModel(Tensor flatParameters, Shard shard) =>
        [.. Pieces(shard).Select(piece => flatParameters.narrow(0, piece.ModelStart, piece.Length))];

    /// <summary>A stretch without a gap in either place.</summary>
    /// <param name="ModelStart">First element in the model's flat buffer.</param>
    /// <param name="Start">First element in this space.</param>
    /// <param name="Length">Elements.</param>
    /// <param name="Decays">Whether weight decay is for it.</param>
    internal readonly record struct Piece(long ModelStart, long Start, long Length, bool Decays);

    private readonly record struct Run(long ModelStart, long Start, long Length, bool Decays);
}
