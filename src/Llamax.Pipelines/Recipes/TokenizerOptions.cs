using Llamax.Runs;

namespace Llamax.Pipelines.Recipes;

/// <summary>The run's tokenizer: one that exists, or one that is trained on the run's own text.</summary>
public sealed record TokenizerOptions
{
    /// <summary>
    /// A tokenizer file or Hugging Face folder; null = train one, or take the model's own where <c>model.path</c> is given.
    /// </summary>
    public string? Path { get; init; }

    /// <summary>Pieces of a trained tokenizer, byte and control pieces included.</summary>
    public int VocabularySize { get; init; } = 8_000;

    /// <summary>Share of the characters that get pieces of their own; the rest is spelled in bytes.</summary>
    public double CharacterCoverage { get; init; } = 0.9995;

    /// <summary>Lines of every language that the training sees.</summary>
    public int LinesPerLanguage { get; init; } = 4_000;

    public IEnumerable<OptionProblem> Problems()
    {
        if (VocabularySize is < 400 or > 1_000_000)
            yield return new("tokenizer.vocabularySize", VocabularySize, "must be 400 to 1,000,000", "use 8000 for a small model");
        if (!(CharacterCoverage > 0.5 && CharacterCoverage <= 1))
            yield return new("tokenizer.characterCoverage", CharacterCoverage, "must be above 0.5 and at most 1", "use 0.9995");
        if (LinesPerLanguage < 1)
            yield return new("tokenizer.linesPerLanguage", LinesPerLanguage, "must be at least 1", "use 4000");
    }
}
