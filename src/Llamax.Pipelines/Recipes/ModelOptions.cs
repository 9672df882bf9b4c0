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
        var own = OwnProblems().ToList();
        return own.Count > 0
            ? own
            : Configure(vocabularySize: 1_000, bosId: 1, eosId: 2).Problems().Select(p => p with { Option = $"model.{p.Option}" });
    }

    /// <summary>What can be said in the recipe's own words.</summary>
    private IEnumerable<OptionProblem> OwnProblems()
    {
        (string Name, int Value)[] sizes =
        [
            ("hiddenSize", HiddenSize), ("layers", Layers), ("heads", Heads), ("keyValueHeads", KeyValueHeads),
            ("maxPositions", MaxPositions),
        ];
        foreach (var (name, value) in sizes.Where(size => size.Value is < 1 or > 1 << 24))
            yield return new($"model.{name}", value, "must be 1 to 16,777,216", "see recipes/quickstart.yaml for a small model");
        if (IntermediateSize is < 0 or > 1 << 24)
            yield return new("model.intermediateSize", IntermediateSize, "must be 0 to 16,777,216", "use 0 for 8/3 of the hidden size");
        if (Heads > 0 && HiddenSize % (2L * Heads) != 0)
            yield return new("model.hiddenSize", HiddenSize, $"must be an even multiple of heads = {Heads}", "use 32 or 64 for each head");
        if (KeyValueHeads > 0 && Heads % KeyValueHeads != 0)
            yield return new("model.keyValueHeads", KeyValueHeads, $"must divide heads = {Heads}", "use a divisor of it");
        if (!(RopeTheta > 0))
            yield return new("model.ropeTheta", RopeTheta, "must be positive", "use 10000, or 500000 as Llama 3");
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
