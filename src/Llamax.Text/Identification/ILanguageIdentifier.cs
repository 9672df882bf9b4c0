using Llamax.Text.Languages;

namespace Llamax.Text.Identification;

/// <summary>
/// Says which language a line is in. Implementations are safe to use from many threads, and after their first lines they allocate nothing.
/// </summary>
public interface ILanguageIdentifier
{
    /// <summary>SHA-256 (lower-case hexadecimal) of the model's file: two equal hashes give equal judgements.</summary>
    string Fingerprint { get; }

    /// <summary>What the model can answer; a label's number is its place here.</summary>
    IReadOnlyList<IdentifierLabel> Labels { get; }

    /// <summary>Whether the model knows the language. About a line in another language its answer means nothing.</summary>
    bool Judges(Language language);

    /// <summary>The most probable labels of a line, the best first.</summary>
    /// <param name="line">Text up to its first line end.</param>
    /// <param name="best">Gets the labels; its length is how many are wanted.</param>
    /// <returns>
    /// How many there are: fewer than wanted where the model has fewer labels or gives the rest less than 1e-5, none where it knows no
    /// part of the line.
    /// </returns>
    int Identify(ReadOnlySpan<char> line, Span<LabelProbability> best);

    /// <summary>Whether a line is in the language that it should be in.</summary>
    /// <param name="line">Text up to its first line end.</param>
    /// <param name="expected">Its supposed language.</param>
    LanguageJudgement Judge(ReadOnlySpan<char> line, Language expected)
    {
        Span<LabelProbability> best = stackalloc LabelProbability[LanguageJudgement.Depth];
        best = best[..Identify(line, best)];
        var probability = 0f;
        foreach (var guess in best)
            if (Labels[guess.Label].StandsFor(expected))
                probability += guess.Probability;
        return new LanguageJudgement(Judges(expected), best is [var first, ..] ? first : null, probability);
    }
}

/// <summary>One answer that a model can give.</summary>
/// <param name="Name">As the model spells it, for example <c>__label__af</c>.</param>
/// <param name="Languages">
/// The paper's languages that it stands for: one, none where the label is another language or a variety that Flores does not score, or
/// several where the model does not tell them apart (<c>zh</c> is both Chinese rows, <c>sh</c> is Bosnian, Croatian and Serbian).
/// </param>
public sealed record IdentifierLabel(string Name, IReadOnlyList<Language> Languages)
{
    /// <summary>Whether <paramref name="language"/> is one of <see cref="Languages"/>.</summary>
    public bool StandsFor(Language language)
    {
        for (var i = 0; i < Languages.Count; i++)
            if (Languages[i] == language)
                return true;
        return false;
    }
}

/// <summary>A label and how probable the model finds it.</summary>
/// <param name="Label">Its number in <see cref="ILanguageIdentifier.Labels"/>.</param>
/// <param name="Probability">0 to 1, as fastText reports it: rounding can raise it by 1e-4.</param>
public readonly record struct LabelProbability(int Label, float Probability);

/// <summary>Whether a line is in the language that it should be in.</summary>
/// <param name="IsJudged">False where the model does not know the expected language: then the rest says nothing about the line.</param>
/// <param name="Best">The most probable label; null where the model knows no part of the line.</param>
/// <param name="Probability">
/// Of the expected language, the sum over its labels; 0 where none is among the <see cref="Depth"/> most probable.
/// </param>
public readonly record struct LanguageJudgement(bool IsJudged, LabelProbability? Best, float Probability)
{
    /// <summary>How many labels are looked at.</summary>
    public const int Depth = 8;
}
