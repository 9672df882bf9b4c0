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
        var isSpaced = !UnspacedText.Is(language);
        var rank = _lexicon.Rank(language);
        using var text = new NormalizedText(sentence, language, isSpaced);
        var walk = isSpaced
            ? new LexiconWalk(_lexicon, rank, text.Lower, text.WordEnds, gap: 1, _options.LongestPhrase)
            : new LexiconWalk(_lexicon, rank, text.Lower);
        var output = new StringBuilder(text.Lower.Length + 16);
        var (known, replaced, place, end) = (0, 0, 0, 0);
        var afterSpaced = false;
        foreach (var match in walk)
        {
            output.Append(text.Lower[end..match.Start]);
            known += match.Entity >= 0 ? 1 : 0;
            var translation = match.Entity < 0 ? -1 : Pick(match.Entity, new(draws, item), place);
            place++;
            end = match.End;
            var word = text.Lower[match.Start..match.End];
            var spaced = false;
            if (translation >= 0)
            {
                replaced++;
                var record = _lexicon.Record(translation);
                output.Append(text.Lower[match.Start..match.CoreStart]);
                spaced = !isSpaced && !UnspacedText.Is(_lexicon.Languages[record.Language]);
                Glue(output, record.Text, spaced || afterSpaced);
                output.Append(text.Lower[match.CoreEnd..match.End]);
            }
            else
            {
                Glue(output, word, afterSpaced);
            }

            afterSpaced = spaced;
        }

        return new(output.ToString(), known, replaced);
    }

    // A word of a language with spaces keeps them against its new neighbours.
    private static void Glue(StringBuilder output, ReadOnlySpan<char> word, bool isSpaced)
    {
        if (isSpaced && output.Length > 0 && char.IsLetterOrDigit(output[^1]) && char.IsLetterOrDigit(word[0]))
            output.Append(' ');
        output.Append(word);
    }

    /// <summary>The translation that replaces an entity; −1 where the draw lets it stand.</summary>
    private int Pick(int entity, SentenceDraws draws, int place)
    {
        if (draws.Uniform(place) >= _options.ReplacementRate)
            return -1;
        var record = _lexicon.Record(entity);
        var group = record.Groups[draws.Below(record.Groups.Length, place, 1)];
        var words = _lexicon.Translations(record, group);
        return (int)words[draws.Below(words.Length, place, 2)];
    }

    private readonly record struct SentenceDraws(Draws Draws, long Item)
    {
        public double Uniform(int place) => Draws.Uniform(Item, (long)place * DrawsPerPlace);

        public int Below(int bound, int place, int draw) => Draws.Below(bound, Item, ((long)place * DrawsPerPlace) + draw);
    }
}
