using Llamax.Corpus.Lexicons;
using Llamax.Runs;
using Llamax.Text.Languages;

namespace Llamax.Corpus.Augmentation;

/// <summary>A sentence after dictionary code-switching.</summary>
/// <param name="Text">Lower-cased (unless case is kept), some words in other languages.</param>
/// <param name="KnownWords">Words and phrases that the lexicon translates into an admitted language.</param>
/// <param name="ReplacedWords">Those that were replaced.</param>
public readonly record struct CodeSwitched(string Text, int KnownWords, int ReplacedWords);

/// <summary>
/// Dictionary code-switching of the paper, §2.1, step 2 and Figure 2: the sentence is lower-cased and divided into words, and words are
/// randomly replaced by their translation in a different language, drawn evenly from the languages that the lexicon offers and then from
/// the words of that language. A word without a translation stays as it is. Punctuation at the edge of a word stays where it is and does
/// not hinder the match.
/// <para>Safe from many threads; allocates the result and, for words that are not divided by spaces, their ends.</para>
/// </summary>
public sealed class CodeSwitcher
{
    // Draws per place in the sentence: whether, which language, which word.
    private const int DrawsPerPlace = 3;

    private readonly MultilingualLexicon _lexicon;
    private readonly CodeSwitchOptions _options;
    private readonly TranslationChoice _choice;

    /// <exception cref="RequestException">
    /// An option breaks its rule, or the lexicon has nothing of the languages that replacements may come from.
    /// </exception>
    public CodeSwitcher(MultilingualLexicon lexicon, CodeSwitchOptions options)
    {
        OptionProblem.ThrowIfAny("codeSwitch", options.Problems());
        (_lexicon, _options) = (lexicon, options);
        _choice = new TranslationChoice(lexicon, [.. options.Languages.Select(code => LanguageRegistry.Find(code).Code)]);
    }

    internal CodeSwitchOptions Options => _options;

    /// <summary>The sentence with words replaced at the options' rate; the same for the same draws and item.</summary>
    /// <param name="sentence">In any case.</param>
    /// <param name="language">Paper code of the sentence.</param>
    /// <param name="draws">Keyed by seed and purpose.</param>
    /// <param name="item">Number of the sentence.</param>
    /// <exception cref="RequestException">The lexicon's file is damaged, or what divides the language is not installed.</exception>
    public CodeSwitched Switch(string sentence, string language, Draws draws, long item) =>
        Switch(sentence, language, _options.ReplacementRate, draws, item);

    /// <summary>The same with another rate.</summary>
    internal CodeSwitched Switch(string sentence, string language, double rate, Draws draws, long item)
    {
        using var text = new NormalizedText(sentence, language, _options.Division);
        var cased = _options.KeepCase ? text.Cased : text.Lower;
        var output = new PooledText(cased.Length + 64);
        var choice = _choice.Begin();
        var (known, replaced, place, end) = (0, 0, 0, 0);
        var followsSpaced = false;
        foreach (var match in text.Walk(_lexicon, _lexicon.Rank(language), _options.LongestPhrase))
        {
            output.Append(cased[end..match.Start]);
            end = match.End;
            var offered = match.Entity < 0 ? 0 : choice.Offer(match.Entity);
            known += offered > 0 ? 1 : 0;
            if (offered > 0 && Draw(draws, item, place) < rate)
            {
                replaced++;
                var words = choice.Choose(Below(draws, offered, item, place, 1));
                var record = _lexicon.Record(choice.Take(Below(draws, words, item, place, 2)));
                output.Append(cased[match.Start..match.CoreStart]);
                var isForeign = !text.IsSpaced && _choice.WritesSpaces(record.Language);
                Divide(ref output, record.Text, followsSpaced || isForeign);
                Put(ref output, record, cased[match.CoreStart..match.CoreEnd]);
                output.Append(cased[match.CoreEnd..match.End]);
                followsSpaced = isForeign;
            }
            else
            {
                Divide(ref output, cased[match.Start..match.End], followsSpaced);
                output.Append(cased[match.Start..match.End]);
                followsSpaced = false;
            }

            place++;
        }

        output.Append(cased[end..]);
        return new(output.Finish(), known, replaced);
    }

    private void Put(ref PooledText output, LexiconRecord translation, ReadOnlySpan<char> replaced)
    {
        var written = output.Append(translation.Text);
        if (_options.KeepCase)
            LetterCase.Take(written, _lexicon.Languages[translation.Language], replaced);
    }

    // In text without spaces, a word of a language with spaces keeps them against its new neighbours.
    private static void Divide(ref PooledText output, ReadOnlySpan<char> next, bool isBorder)
    {
        if (isBorder && output.Last is { } last && char.IsLetterOrDigit(last) && char.IsLetterOrDigit(next[0]))
            output.Append(" ");
    }

    private static double Draw(Draws draws, long item, int place) => draws.Uniform(item, (long)place * DrawsPerPlace);

    private static int Below(Draws draws, int bound, long item, int place, int draw) =>
        draws.Below(bound, item, ((long)place * DrawsPerPlace) + draw);
}
