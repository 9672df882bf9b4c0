using Llamax.Models.Causal;
using Llamax.Runs;

namespace Llamax.Pipelines.Recipes;

/// <summary>The model that the first phase starts from.</summary>
public sealed record ModelOptions
{
    /// <summary>A Hugging Face folder to go on from; null = a new model of the sizes below with random weights.</summary>
    public string? Path { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public int HiddenSize { get; init; } = 256;

    public int Layers { get; init; } = 6;

    public int Heads { get; init; } = 4;

    /// <summary>Heads of keys and values; fewer than <see cref="Heads"/> is grouped-query attention.</summary>
    public int KeyValueHeads { get; init; } = 4;

    /// <summary>Inner width of the feed-forward; 0 = 8/3 of the hidden size, rounded up to a multiple of 32 as in LLaMA.</summary>
    public int IntermediateSize { get; init; }

    /// <summary>Longest sequence.</summary>
    public int MaxPositions { get; init; } = 512;

    /// <summary>Base of the rotary frequencies.</summary>
    public double RopeTheta { get; init; } = 10_000;

    /// <summary>Whether the output layer is the embedding: fewer parameters, the usual choice for small models.</summary>
    public bool TiedHead { get; init; } = true;

    public IEnumerable<OptionProblem> Problems()
    {
        if (Path is not null)
            return [];
        return Configure(vocabularySize: 1_000, bosId: 1, eosId: 2).Problems().Select(p => p with { Option = $"model.{p.Option}" });
    }

    internal CausalConfig Configure(int vocabularySize, int? bosId, int? eosId) => new()
    {
        VocabularySize = vocabularySize,
        HiddenSize = HiddenSize,
        IntermediateSize = IntermediateSize > 0 ? IntermediateSize : ((HiddenSize * 8 / 3) + 31) / 32 * 32,
        Layers = Layers,
        Heads = Heads,
        HeadSize = HiddenSize / Heads,
        KeyValueHeads = KeyValueHeads,
        MaxPositions = MaxPositions,
        RopeTheta = RopeTheta,
        TiedHead = TiedHead,
        BosId = bosId,
        EosIds = eosId is { } eos ? [eos] : [],
    };
}
