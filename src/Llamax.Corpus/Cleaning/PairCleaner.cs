using Llamax.Corpus.Reading;
using Llamax.Corpus.Sharding;
using Llamax.Runs;
using Llamax.Text.Identification;
using Llamax.Text.Languages;
using Llamax.Text.Tokenization;

namespace Llamax.Corpus.Cleaning;

/// <summary>
/// The filters that a recipe asks for, one after the other: damaged text goes first, then texts are mended, then judged, cheap filters
/// before dear ones. The first filter that drops a pair names the reason.
/// </summary>
public sealed class PairCleaner : ICorpusStep
{
    private readonly IPairFilter[] _filters;

    /// <param name="options">The recipe.</param>
    /// <param name="source">The source's (or the only) language; null where it is not known, and then its script is not judged.</param>
    /// <param name="target">The target's language.</param>
    /// <param name="isParallel">Whether pairs are cleaned, or lines of one language, which have no target.</param>
    /// <exception cref="RequestException">The recipe is wrong, or a file that it names cannot be read.</exception>
    public PairCleaner(CleaningOptions options, Language? source, Language? target, bool isParallel)
    {
        OptionProblem.ThrowIfAny("the recipe of corpus clean", options.Problems());
        var sides = new CleaningSides(
            new(source, options.LimitsOf(source)),
            isParallel ? new(target, options.LimitsOf(target)) : null);
        _filters = [.. Filters(options, sides)];
    }

    public IReadOnlyList<string> Reasons => [.. _filters.SelectMany(filter => filter.Reasons)];

    public StepVerdict Judge(in SentencePair pair, PartCounts counts)
    {
        var current = pair;
        foreach (var filter in _filters)
        {
            var verdict = filter.Judge(current);
            switch (verdict.Kind)
            {
                case VerdictKind.Drop:
                    return StepVerdict.Remove(verdict.Reason!);
                case VerdictKind.Changed:
                    counts.Add($"changed.{filter.Name}");
                    current = verdict.Pair;
                    break;
                case VerdictKind.NotJudged:
                    counts.Add($"notJudged.{filter.Name}");
                    break;
                default:
                    break;
            }
        }

        return StepVerdict.Keep(current);
    }

    private static IEnumerable<IPairFilter> Filters(CleaningOptions options, CleaningSides sides)
    {
        yield return new InvalidCharacters(sides);
        foreach (var (column, limits) in options.Scores)
            yield return new ScoreThreshold(column, limits);
        if (options.InvisibleCharacters)
            yield return new InvisibleCharacters();
        if (options.Unicode != UnicodeForm.None)
            yield return new UnicodeNormalization(options.Unicode);
        if (options.Whitespace)
            yield return new WhitespaceNormalization();
        yield return new EmptyText(sides);
        yield return new CharacterCount(sides);
        yield return new WordCount(sides);
        if (sides.Target is { } target)
        {
            yield return new LengthRatio(sides);
            if ((sides.Source.Limits.CopyOfSource & target.Limits.CopyOfSource) == true)
                yield return new CopyOfSource();
            yield return new NumeralMismatch(sides);
        }

        yield return new RepeatedCharacters(sides);
        yield return new MarkupShare(sides);
        yield return new UrlShare(sides);
        yield return new SignShares(sides);
        yield return new ScriptShare(sides);
        yield return new RepeatedNgrams(sides);
        if (options.Identifier is { } identifier)
            yield return new LanguageMismatch(sides, LanguageIdentifier.Load(identifier));
        if (options.Tokenizer is { } tokenizer)
            yield return new TokenCount(sides, TokenizerFile.Load(tokenizer));
    }
}
