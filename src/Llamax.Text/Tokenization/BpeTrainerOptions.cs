using Llamax.Runs;

namespace Llamax.Text.Tokenization;

/// <summary>How a vocabulary is trained.</summary>
public sealed record BpeTrainerOptions
{
    /// <summary>All pieces together: 3 control pieces, 256 bytes, merged pieces, single characters. LLaMA-2 has 32,000.</summary>
    public int VocabularySize { get; init; } = 32_000;

    /// <summary>Share of all characters of the text that get a piece of their own; the rarest ones are left to bytes. In (0, 1].</summary>
    public double CharacterCoverage { get; init; } = 0.99995;

    /// <summary>Longest piece in characters, with its ▁.</summary>
    public int MaxPieceLength { get; init; } = 16;

    /// <summary>Every digit is a piece alone, as in LLaMA: numbers then are spelled, not memorised.</summary>
    public bool SplitDigits { get; init; } = true;

    public IEnumerable<OptionProblem> Problems()
    {
        if (VocabularySize is < 300 or > 4_000_000)
            yield return new(
                "vocabularySize", VocabularySize, "must be 300 to 4,000,000", "use 3000 for a small model, 32000 for LLaMA-2's size");
        if (CharacterCoverage is not (> 0 and <= 1))
            yield return new("characterCoverage", CharacterCoverage, "must be above 0 and at most 1", "use 0.99995, LLaMA's value");
        if (MaxPieceLength is < 1 or > 512)
            yield return new("maxPieceLength", MaxPieceLength, "must be 1 to 512", "use 16, LLaMA's value");
    }
}
