using Llamax.Corpus.Reading;
using Llamax.Runs;

namespace Llamax.Corpus.Augmentation;

/// <summary>An entry of the paper's D_aug and what became of its words.</summary>
/// <param name="Entry">Of kind <see cref="EntryKind.Augmented"/>.</param>
/// <param name="KnownWords">Words and phrases of the source that the lexicon translates.</param>
/// <param name="ReplacedWords">Those that were replaced.</param>
public readonly record struct PseudoPair(TrainingEntry Entry, int KnownWords, int ReplacedWords);

/// <summary>
/// Pseudo-parallel entries by dictionary code-switching, the two ways of the paper, §2.1, step 2 and Figure 2. Each entry depends on the
/// draws and the number of its item alone: shards, threads and restarts cannot change it.
/// </summary>
public sealed class PseudoParallel(CodeSwitcher switcher)
{
    /// <summary>
    /// From a sentence pair, D_aug(s→t): words of the source are replaced at <see cref="CodeSwitchOptions.ReplacementRate"/>, and the loss
    /// is on the target alone. D_aug(t→s) is the swapped pair with the languages swapped and draws of their own.
    /// </summary>
    /// <param name="pair">Source and target.</param>
    /// <param name="source">Paper code of s.</param>
    /// <param name="target">Paper code of t.</param>
    /// <param name="draws">Keyed by seed, epoch and direction.</param>
    /// <param name="item">Number of the pair.</param>
    public PseudoPair FromPair(in SentencePair pair, string source, string target, Draws draws, long item)
    {
        var switched = switcher.Switch(pair.Source, source, draws, item);
        var entry = new TrainingEntry(
            EntryKind.Augmented, source, target, [new(switched.Text, false), new(pair.Target, true)], pair.Origin);
        return new(entry, switched.KnownWords, switched.ReplacedWords);
    }

    /// <summary>
    /// From monolingual text: each word is replaced by one of another language where the lexicon has any, at
    /// <see cref="CodeSwitchOptions.MonolingualReplacementRate"/>; the changed line and the line itself form a pair with the loss on both.
    /// </summary>
    /// <param name="line">One sentence.</param>
    /// <param name="language">Its paper code, source and target of the entry.</param>
    /// <param name="draws">Keyed by seed, epoch and language.</param>
    /// <param name="item">Number of the line.</param>
    public PseudoPair FromLine(TextLine line, string language, Draws draws, long item)
    {
        var switched = switcher.Switch(line.Text, language, switcher.Options.MonolingualReplacementRate, draws, item);
        var entry = new TrainingEntry(
            EntryKind.Augmented, language, language, [new(switched.Text, true), new(line.Text, true)], line.Origin);
        return new(entry, switched.KnownWords, switched.ReplacedWords);
    }
}
