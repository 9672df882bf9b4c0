using System.Globalization;
using Llamax.Corpus.Augmentation;
using Llamax.Corpus.Lexicons;
using Llamax.Corpus.Reading;
using Llamax.Corpus.Sharding;
using Llamax.Runs;
using Llamax.Runs.Progress;

namespace Llamax.Corpus.Building;

/// <summary>A part of a training set that depends on no other: a language, a language pair, or what was made elsewhere.</summary>
/// <param name="Name">Keys its draws.</param>
/// <param name="LinesKeptTogether">Consecutive monolingual lines that the shuffle keeps together.</param>
/// <param name="Entries">Its entries in an epoch, before the shuffle.</param>
internal sealed record TrainingSetPart(
    string Name, int LinesKeptTogether, Func<int, TrainingSetAccount, IEnumerable<TrainingEntry>> Entries);

/// <summary>
/// LLaMAX, Algorithm 1: D_train = D_mono ∪ D_para ∪ D_aug, part by part. D_train is a union of sets, so {s, t} is visited once: the visit
/// from t's side would add the same entries. The subsets are drawn once for all epochs; directions, replacements and order every time.
/// </summary>
/// <param name="options">The numbers.</param>
/// <param name="lexicon">Of code-switching.</param>
/// <param name="events">Hears of what is odd.</param>
/// <param name="threads">Threads that code-switch; they do not change the result.</param>
internal sealed class TrainingSetParts(TrainingSetOptions options, MultilingualLexicon lexicon, IRunEvents events, int threads)
{
    private const int Chunk = 256;

    private readonly PseudoParallel _augmentation = new(new CodeSwitcher(lexicon, options.CodeSwitch));
    private readonly HashSet<string> _unknown = [];

    /// <summary>In the order of the sources: languages, pairs, what was made elsewhere.</summary>
    public IReadOnlyList<TrainingSetPart> Of(TrainingSources sources, PairSizes sizes, TranslatedEnglish? english)
    {
        var parts = new List<TrainingSetPart>();
        foreach (var language in sources.Monolingual.GroupBy(source => source.Language))
        {
            // D_mono ∩ D_En = ∅
            var lines = language.SelectMany(source => source.Lines)
                .Where(line => language.Key != TranslatedEnglish.English || english is null || !english.Text.Has(line.Text));
            parts.Add(new($"mono/{language.Key}", options.LinesKeptTogether, (epoch, account) => Lines(language.Key, lines, epoch, account)));
            if (options.Augmentation == AugmentationBase.Monolingual)
                parts.Add(new($"augmented mono/{language.Key}", 1, (epoch, _) => AugmentedLines(language.Key, lines, sizes, epoch)));
        }

        for (var i = 0; i < sizes.Pairs.Count; i++)
        {
            var (pair, number) = (i, parts.Count);
            var (first, second, _) = sizes.Pairs[pair];
            parts.Add(new($"pair/{first}-{second}", 1, (epoch, account) => Pair(number, pair, sizes, english, epoch, account)));
        }

        parts.Add(new("ready", 1, (_, _) => sources.Ready));
        return parts;
    }

    /// <summary>D_mono^s ⊂ D_mono: a s-specific monolingual subset.</summary>
    private IEnumerable<TrainingEntry> Lines(string language, IEnumerable<TextLine> lines, int epoch, TrainingSetAccount account)
    {
        var subset = Subset(lines, options.MonolingualPerLanguage, $"monolingual subset/{language}");
        var item = 0L;
        foreach (var line in lines)
        {
            if (string.IsNullOrWhiteSpace(line.Text))
                account.EmptyLines += epoch == options.Epoch ? 1 : 0;
            else if (subset?.Contains(item++) ?? true)
                yield return new(EntryKind.Monolingual, language, "", [new(line.Text, true)], line.Origin);
        }
    }

    /// <summary>D_aug of monolingual text (§3.2): of a language with a small pair, at most as many lines as make a pair large.</summary>
    private IEnumerable<TrainingEntry> AugmentedLines(string language, IEnumerable<TextLine> lines, PairSizes sizes, int epoch)
    {
        var isOfSmallPair = Enumerable.Range(0, sizes.Pairs.Count)
            .Any(pair => (sizes.Pairs[pair].First == language || sizes.Pairs[pair].Second == language) && sizes.Numbers(pair).IsSmall);
        if (!isOfSmallPair || !Knows(language))
            yield break;
        var own = Subset(lines, options.MonolingualPerLanguage, $"monolingual subset/{language}");
        var ofOwn = lines.Where(HasText).Where((_, item) => own?.Contains(item) ?? true);
        var drawn = Subset(ofOwn, options.AugmentBelow, $"augmented lines/{language}");
        var draws = Draws($"code-switch/{language}", epoch);
        var chosen = ofOwn.Index().Where(line => drawn!.Contains(line.Index));
        foreach (var made in OrderedWork.Do(chosen.Chunk(Chunk), threads, chunk =>
            Array.ConvertAll(chunk, line => _augmentation.FromLine(line.Item, language, draws, line.Index).Entry)))
            foreach (var entry in made)
                yield return entry;
    }

    /// <summary>D_para^s and D_aug^s of a pair.</summary>
    private IEnumerable<TrainingEntry> Pair(
        int part, int pair, PairSizes sizes, TranslatedEnglish? english, int epoch, TrainingSetAccount account)
    {
        var (first, second, sources) = sizes.Pairs[pair];
        var (counted, numbers) = (sizes.Counted(pair), sizes.Numbers(pair));
        var isSwitched = numbers.IsSmall && options.Augmentation == AugmentationBase.Parallel;
        var (there, back) = isSwitched ? (Knows(first), Knows(second)) : (false, false);
        var lack = english is null ? 0 : Math.Min(numbers.Lack, english.Text.Lines.Count);
        var told = new PairAccount(first, second, 0, 0, 0, numbers.Replicas, lack, 0, 0, 0, 0, 0);
        var para = new PairMaking(first, second, "", numbers.Replicas, EntryKind.Parallel, there, back);
        var subset = new DrawnSubset(
            new Draws(options.Seed, $"parallel subset/{first}-{second}"), counted,
            counted > numbers.Size ? numbers.Size : long.MaxValue);

        var item = 0L;
        IEnumerable<PairItem> Drawn()
        {
            foreach (var source in sources)
            {
                foreach (var sentences in source.Pairs)
                {
                    told = told with { Pairs = told.Pairs + 1 };
                    if (!PairSizes.HasText(sentences))
                    {
                        told = told with { EmptyPairs = told.EmptyPairs + 1 };
                        continue;
                    }

                    var number = item++;
                    if (!subset.Contains(number))
                        continue;
                    told = told with { Drawn = told.Drawn + 1 };
                    var (left, right) = source.Source == first ? (sentences.Source, sentences.Target) : (sentences.Target, sentences.Source);
                    yield return new(number, left.Trim(), right.Trim(), sentences.Origin);
                }
            }
        }

        foreach (var entry in Made(Drawn(), para, epoch, made => told = made.AddTo(told)))
            yield return entry;
        if (sizes.Most > 0 && (counted < sizes.Most ? item != counted : item < counted))
            throw new RequestException(
                string.Create(CultureInfo.InvariantCulture, $"{item:N0} sentence pairs read, {counted:N0} counted before"),
                $"{first}-{second}", "let nobody change the files while the set is built");

        var byG = new PairMaking(first, second, "g/", options.KeepTranslated ? 1 : 0, EntryKind.Pivot, there, back);
        var translated = lack == 0 ? [] : english!.Pairs(first, second, lack)
            .Select(one => new PairItem(one.Item, one.First, one.Second, one.Origin));
        foreach (var entry in Made(translated, byG, epoch, made => told = made.AddTo(told) with { Translated = told.Translated + made.Items }))
            yield return entry;
        if (told.Pairs > 0 || told.English > 0)
            account.Count(part, told);
    }

    private IEnumerable<TrainingEntry> Made(IEnumerable<PairItem> items, PairMaking making, int epoch, Action<MadeEntries> tell)
    {
        var name = $"{making.Purpose}{making.First}-{making.Second}";
        var directions = Draws($"direction/{name}", epoch);
        var there = Draws($"code-switch/{name}", epoch);
        var back = Draws($"code-switch/{making.Purpose}{making.Second}-{making.First}", epoch);
        foreach (var made in OrderedWork.Do(items.Chunk(Chunk), threads, chunk => Make(chunk, making, directions, there, back)))
        {
            tell(made);
            foreach (var entry in made.Entries)
                yield return entry;
        }
    }

    private MadeEntries Make(PairItem[] items, PairMaking making, Draws directions, Draws there, Draws back)
    {
        var made = new MadeEntries(items.Length);
        foreach (var item in items)
        {
            for (var copy = 0; copy < making.Copies; copy++)
            {
                if (options.Format == ParallelFormat.Split)
                    made.Entries.AddRange(Split(making, item));
                else
                    made.Entries.Add(Connected(making, item, isForward: directions.Uniform(item.Number, copy) < 0.5));
            }

            if (making.There)
                made.Add(_augmentation.FromPair(new(item.Left, item.Right, item.Origin), making.First, making.Second, there, item.Number));
            if (making.Back)
                made.Add(_augmentation.FromPair(new(item.Right, item.Left, item.Origin), making.Second, making.First, back, item.Number));
        }

        return made;
    }

    private static TrainingEntry Connected(PairMaking making, PairItem item, bool isForward) => isForward
        ? new(making.Kind, making.First, making.Second, [new(item.Left, true), new(item.Right, true)], item.Origin)
        : new(making.Kind, making.Second, making.First, [new(item.Right, true), new(item.Left, true)], item.Origin);

    /// <summary>"Two distinct monolingual datasets, which are randomly shuffled throughout the entire training set" (appendix G).</summary>
    private static TrainingEntry[] Split(PairMaking making, PairItem item) =>
    [
        new(EntryKind.Monolingual, making.First, "", [new(item.Left, true)], item.Origin),
        new(EntryKind.Monolingual, making.Second, "", [new(item.Right, true)], item.Origin),
    ];

    private bool Knows(string language)
    {
        if (lexicon.EntityCounts.GetValueOrDefault(language) > 0)
            return true;
        if (_unknown.Add(language))
            events.Warn($"no pair with {language} as source is augmented: the lexicon holds no word of it");
        return false;
    }

    /// <summary>So many of the lines with text, drawn by key; null = all.</summary>
    private DrawnSubset? Subset(IEnumerable<TextLine> lines, int? size, string purpose) =>
        size is { } most ? new(new Draws(options.Seed, purpose), lines.LongCount(HasText), most) : null;

    private static bool HasText(TextLine line) => !string.IsNullOrWhiteSpace(line.Text);

    private Draws Draws(string purpose, int epoch) =>
        new(options.Seed, string.Create(CultureInfo.InvariantCulture, $"{purpose}/epoch {epoch}"));

    private readonly record struct PairItem(long Number, string Left, string Right, string Origin);

    /// <summary>What is made of sentences in two languages: copies in one direction each, and code-switched ones of either source.</summary>
    private sealed record PairMaking(string First, string Second, string Purpose, int Copies, EntryKind Kind, bool There, bool Back);

    private sealed class MadeEntries(int items)
    {
        private long _augmented;
        private long _unswitched;
        private long _known;
        private long _replaced;

        public int Items => items;

        public List<TrainingEntry> Entries { get; } = new(2 * items);

        public void Add(in PseudoPair pair)
        {
            Entries.Add(pair.Entry);
            _augmented++;
            _unswitched += pair.ReplacedWords == 0 ? 1 : 0;
            _known += pair.KnownWords;
            _replaced += pair.ReplacedWords;
        }

        public PairAccount AddTo(PairAccount pair) => pair with
        {
            Augmented = pair.Augmented + _augmented,
            Unswitched = pair.Unswitched + _unswitched,
            KnownWords = pair.KnownWords + _known,
            ReplacedWords = pair.ReplacedWords + _replaced,
        };
    }
}
