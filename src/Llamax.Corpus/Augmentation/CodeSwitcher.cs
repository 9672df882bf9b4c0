using System.Text;
using Llamax.Corpus.Lexicons;
using Llamax.Runs;

namespace Llamax.Corpus.Augmentation;

/// <summary>A sentence after dictionary code-switching.</summary>
/// <param name="Text">Lower-cased, some words in other languages.</param>
/// <param name="KnownWords">Words and phrases that the lexicon translates.</param>
/// <param name="ReplacedWords">Those that were replaced.</param>
public readonly record struct CodeSwitched(string Text, int KnownWords, int ReplacedWords);

/// <summary>
/// Dictionary code-switching of the paper, §2.1, step 2 and Figure 2: the sentence is lower-cased and divided into words at spaces, and
/// words are randomly replaced by their translation in a different language, drawn evenly from the languages that the lexicon offers and
/// then from the words of that language. A word without a translation stays as it is.
/// <para>
/// Punctuation at the edge of a word stays where it is and does not hinder the match. Languages that write no spaces are divided by
/// greedy longest match against the lexicon itself (the paper uses Jieba for Chinese).
/// </para>
/// </summary>
public sealed class CodeSwitcher
{
    // Draws per place in the sentence: whether, which language, which word.
    private const int DrawsPerPlace = 3;

    private readonly MultilingualLexicon _lexicon;
    private readonly CodeSwitchOptions _options;

    /// <exception cref="RequestException">An option breaks its rule.</exception>
    public CodeSwitcher(MultilingualLexicon lexicon, CodeSwitchOptions options)
    {
        OptionProblem.ThrowIfAny("codeSwitch", options.Problems());
        (_lexicon, _options) = (lexicon, options);
    }

    /// <summary>The sentence with words replaced; the same for the same draws and item.</summary>
    /// <param name="sentence">In any case.</param>
    /// <param name="language">Paper code of the sentence.</param>
    /// <param name="draws">Keyed by seed and purpose.</param>
    /// <param name="item">Number of the sentence.</param>
    public CodeSwitched Switch(string sentence, string language, Draws draws, long item)
    {
        var sentenceDraws = new SentenceDraws(draws, item);
        return UnspacedText.Is(language)
            ? SwitchUnspaced(LowerCase.Of(sentence, language), language, sentenceDraws)
            : SwitchSpaced(MultilingualLexicon.Normalize(sentence, language), language, sentenceDraws);
    }

    private CodeSwitched SwitchSpaced(string sentence, string language, SentenceDraws draws)
    {
        var output = new StringBuilder(sentence.Length + 16);
        var (known, replaced) = (0, 0);
        for (var (start, place) = (0, 0); start < sentence.Length; place++)
        {
            if (start > 0)
                output.Append(' ');
            var (entity, core, end) = LongestPhraseAt(sentence, start, language);
            if (entity >= 0)
                known++;
            if (entity >= 0 && Pick(entity, draws, place) is { } translation)
            {
                replaced++;
                output.Append(sentence.AsSpan(start..core.Start.Value));
                output.Append(translation.Text);
                output.Append(sentence.AsSpan(core.End.Value..end));
            }
            else
            {
                output.Append(sentence.AsSpan(start..end));
            }

            start = end + 1;
        }

        return new(output.ToString(), known, replaced);
    }

    /// <summary>The longest known phrase from <paramref name="start"/> on, or the next word with entity −1.</summary>
    private (int Entity, Range Core, int End) LongestPhraseAt(string sentence, int start, string language)
    {
        Span<int> ends = stackalloc int[_options.LongestPhrase];
        var words = 0;
        for (var end = start - 1; words < ends.Length && end < sentence.Length; words++)
        {
            end = sentence.IndexOf(' ', end + 1);
            ends[words] = end = end < 0 ? sentence.Length : end;
        }

        for (var i = words - 1; i >= 0; i--)
        {
            var whole = start..ends[i];
            if (_lexicon.Find(language, sentence.AsSpan(whole)) is var entity and >= 0)
                return (entity, whole, ends[i]);
            var core = WithoutEdgePunctuation(sentence, start, ends[i]);
            if (_lexicon.Find(language, sentence.AsSpan(core)) is var inner and >= 0)
                return (inner, core, ends[i]);
        }

        return (-1, default, ends[0]);
    }

    private static Range WithoutEdgePunctuation(string sentence, int start, int end)
    {
        while (start < end && IsPunctuation(sentence[start]))
            start++;
        while (end > start && IsPunctuation(sentence[end - 1]))
            end--;
        return start..end;

        static bool IsPunctuation(char unit) => char.IsPunctuation(unit) || char.IsSymbol(unit);
    }

    private CodeSwitched SwitchUnspaced(string sentence, string language, SentenceDraws draws)
    {
        var output = new StringBuilder(sentence.Length + 16);
        var (known, replaced, place) = (0, 0, 0);
        var afterSpaced = false;
        for (var start = 0; start < sentence.Length; place++)
        {
            var (entity, end) = LongestEntityAt(sentence, start, language);
            if (entity >= 0)
                known++;
            var translation = Pick(entity, draws, place);
            var spaced = translation is { Language: var other } && !UnspacedText.Is(other);
            var text = translation is { Text: var word } ? word : sentence.AsSpan(start..end);
            // A word of a language with spaces keeps them against its new neighbours.
            if ((spaced || afterSpaced) && output.Length > 0 && char.IsLetterOrDigit(output[^1]) && char.IsLetterOrDigit(text[0]))
                output.Append(' ');
            output.Append(text);
            replaced += translation is null ? 0 : 1;
            afterSpaced = spaced;
            start = end;
        }

        return new(output.ToString(), known, replaced);
    }

    /// <summary>
    /// The longest known entity from <paramref name="start"/> on, or the next character (or foreign word) with entity −1.
    /// </summary>
    private (int Entity, int End) LongestEntityAt(string sentence, int start, string language)
    {
        for (var end = Math.Min(sentence.Length, start + _lexicon.LongestEntity(language)); end > start; end--)
            if (UnspacedText.MayDivide(sentence, end) && _lexicon.Find(language, sentence.AsSpan(start..end)) is var entity and >= 0)
                return (entity, end);

        var next = start + 1;
        while (!UnspacedText.MayDivide(sentence, next))
            next++;
        return (-1, next);
    }

    /// <summary>The translation that replaces an entity; null where the draw lets it stand.</summary>
    private LexiconEntity? Pick(int entity, SentenceDraws draws, int place)
    {
        if (entity < 0 || draws.Uniform(place) >= _options.ReplacementRate)
            return null;
        var translations = _lexicon.Neighbours(entity);
        var languages = 1;
        for (var i = 1; i < translations.Length; i++)
            if (_lexicon.LanguageRank(translations[i]) != _lexicon.LanguageRank(translations[i - 1]))
                languages++;

        // Translations come grouped by language: find the drawn group, then the drawn word in it.
        var group = draws.Below(languages, place, 1);
        var start = 0;
        for (var end = 1; ; end++)
        {
            if (end < translations.Length && _lexicon.LanguageRank(translations[end]) == _lexicon.LanguageRank(translations[start]))
                continue;
            if (group-- == 0)
                return _lexicon.Entity(translations[start + draws.Below(end - start, place, 2)]);
            start = end;
        }
    }

    private readonly record struct SentenceDraws(Draws Draws, long Item)
    {
        public double Uniform(int place) => Draws.Uniform(Item, (long)place * DrawsPerPlace);

        public int Below(int bound, int place, int draw) => Draws.Below(bound, Item, ((long)place * DrawsPerPlace) + draw);
    }
}
