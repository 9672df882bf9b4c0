using Llamax.Decoding.Prompts;
using Llamax.Runs;

namespace Llamax.Pipelines.Recipes;

/// <summary>Where the test sentences come from.</summary>
public enum SuiteKind
{
    /// <summary>The built-in corpus's test split.</summary>
    Builtin,

    /// <summary>Flores-101 devtest below <c>$LLAMAX_DATA/flores101</c>.</summary>
    Flores101,

    /// <summary>Sentence pairs that <c>heldOutPerLanguagePair</c> kept out of training.</summary>
    HeldOut,
}

/// <summary>What is measured after training.</summary>
public sealed record EvaluationOptions
{
    /// <summary>The folder of the baseline that copies the source, beside those of the systems.</summary>
    internal const string Baseline = "copy";

    /// <summary>Phases whose models are measured.</summary>
    public IReadOnlyList<string> Systems { get; init; } = [];

    public IReadOnlyList<SuiteKind> Suites { get; init; } = [SuiteKind.Builtin];

    /// <summary>Most test sentences of a direction.</summary>
    public int SentencesPerDirection { get; init; } = 8;

    /// <summary>Languages that are scored; empty = all of the run.</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];

    /// <summary>Most directions between languages other than English in each group (trained, never trained); 0 = all.</summary>
    public int DirectionsPerGroup { get; init; }

    /// <summary>Prompt template by name (see llamax translate --help).</summary>
    public string Prompt { get; init; } = "llamax-alpaca";

    /// <summary>Beams; the paper uses 4.</summary>
    public int Beams { get; init; } = 4;

    /// <summary>Most tokens of a translation.</summary>
    public int MaxNewTokens { get; init; } = 256;

    /// <summary>A SentencePiece model for BLEU over pieces; with flores101's it is the paper's spBLEU. Null = none.</summary>
    public string? PieceModel { get; init; }

    public IEnumerable<OptionProblem> Problems()
    {
        if (Suites.Count == 0)
            yield return new("evaluation.suites", "(none)", "needs at least one suite", "use [builtin]");
        if (SentencesPerDirection < 1)
            yield return new("evaluation.sentencesPerDirection", SentencesPerDirection, "must be at least 1", "use 8");
        if (DirectionsPerGroup < 0)
            yield return new("evaluation.directionsPerGroup", DirectionsPerGroup, "must not be negative", "use 0 for all");
        if (!PromptTemplate.BuiltIn.Any(template => template.Name == Prompt))
        {
            var names = string.Join(", ", PromptTemplate.BuiltIn.Select(template => template.Name));
            yield return new("evaluation.prompt", Prompt, "is no prompt template", $"use one of {names}");
        }

        if (Beams is < 1 or > 64)
            yield return new("evaluation.beams", Beams, "must be 1 to 64", "use 4, the paper's value");
        if (MaxNewTokens < 1)
            yield return new("evaluation.maxNewTokens", MaxNewTokens, "must be at least 1", "use 256, the paper's value");
    }
}
