using System.Globalization;
using Llamax.Corpus.Lexicons;
using Llamax.Corpus.Sharding;
using Llamax.Runs;
using Llamax.Runs.Manifests;
using Llamax.Runs.Progress;
using Llamax.Runs.Recipes;

namespace Llamax.Corpus.Building;

/// <summary>
/// LLaMAX, Algorithm 1: monolingual lines; every sentence pair as one entry in one direction, drawn evenly; small language pairs
/// replicated, filled up with English text that g translates, and augmented in both directions by dictionary code-switching of the source;
/// all shuffled. Every draw is keyed by seed, epoch, language pair and number of the sentence pair: threads, shards and restarts cannot
/// change the bytes.
/// </summary>
public sealed class TrainingSetBuilder
{
    private readonly TrainingSetOptions _options;
    private readonly MultilingualLexicon _lexicon;
    private readonly IRunEvents _events;
    private readonly ISentenceTranslator? _translator;

    /// <param name="options">The numbers.</param>
    /// <param name="lexicon">Of code-switching.</param>
    /// <param name="events">Hears of progress; null = nobody.</param>
    /// <param name="translator">g; null = small pairs are not filled up.</param>
    /// <exception cref="RequestException">An option breaks its rule.</exception>
    public TrainingSetBuilder(
        TrainingSetOptions options, MultilingualLexicon lexicon, IRunEvents? events = null, ISentenceTranslator? translator = null)
    {
        OptionProblem.ThrowIfAny("training set", options.Problems());
        (_options, _lexicon, _events, _translator) = (options, lexicon, events ?? SilentEvents.Instance, translator);
    }

    /// <summary>Threads that code-switch; they do not change the result.</summary>
    public int Threads { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 16);

    /// <summary>Writes NAME.parquet (see <see cref="TrainingSetFile"/>) and manifest.json to <paramref name="folder"/>.</summary>
    /// <exception cref="RequestException">A source pairs a language with itself, g does not know a language, or a file is wrong.</exception>
    public TrainingSetManifest Write(string folder, string name, TrainingSources sources, CancellationToken cancellation = default)
    {
        Begin(folder, name);
        var (sizes, english) = Translated(folder, sources, Shard.Whole, cancellation);
        var account = new TrainingSetAccount { English = Account(sizes, english) };
        return Finish(folder, name, Sorted(folder, name, Parts(sources, sizes, english), Shard.Whole, account), account);
    }

    /// <summary>Translates by g the shard's part of what the set lacks; nothing where there is no g or nothing is lacking.</summary>
    /// <exception cref="RequestException">As <see cref="Write"/>.</exception>
    public void Translate(string folder, TrainingSources sources, Shard shard, CancellationToken cancellation = default) =>
        Translated(folder, sources, shard, cancellation);

    /// <summary>
    /// Builds the shard's languages and language pairs, for <see cref="Merge"/>; what g has to translate must be there
    /// (<see cref="Translate"/>).
    /// </summary>
    /// <exception cref="RequestException">As <see cref="Write"/>, or translations are missing.</exception>
    public void WriteShard(string folder, string name, TrainingSources sources, Shard shard)
    {
        CheckName(name);
        var sizes = new PairSizes(_options, sources.Parallel);
        var english = English(folder, sources, sizes);
        var account = new TrainingSetAccount { English = Account(sizes, english) };
        EntryShard.Write(
            EntryShard.PathOf(folder, name, shard), Key(sources, shard.Of),
            Sorted(folder, $"{name}-{shard}", Parts(sources, sizes, english), shard, account), account);
    }

    /// <summary>Puts shards together: the bytes of <see cref="Write"/>.</summary>
    /// <exception cref="RequestException">A shard is missing, damaged, or was made of other sources or options.</exception>
    public TrainingSetManifest Merge(string folder, string name, TrainingSources sources, int shards)
    {
        Begin(folder, name);
        var account = new TrainingSetAccount();
        return Finish(folder, name, EntryShard.ReadAll(folder, name, shards, Key(sources, shards), account), account);
    }

    /// <summary>The entries before the shuffle.</summary>
    internal IEnumerable<TrainingEntry> Build(TrainingSources sources, TrainingSetAccount account) =>
        Parts(sources, new PairSizes(_options, sources.Parallel), null).SelectMany(part => part.Entries(_options.Epoch, account));

    private IReadOnlyList<TrainingSetPart> Parts(TrainingSources sources, PairSizes sizes, TranslatedEnglish? english) =>
        new TrainingSetParts(_options, _lexicon, _events, Threads).Of(sources, sizes, english);

    private IEnumerable<KeyedEntry> Sorted(
        string folder, string name, IReadOnlyList<TrainingSetPart> parts, Shard shard, TrainingSetAccount account)
    {
        var epochs = Enumerable.Range(_options.Epoch, _options.Epochs);
        var entries =
            from epoch in epochs
            from part in parts.Index()
            where part.Index % shard.Of == shard.Number - 1
            let draws = new Draws(_options.Seed, string.Create(CultureInfo.InvariantCulture, $"shuffle/{part.Item.Name}/epoch {epoch}"))
            from entry in EntryShuffle.Keyed(part.Item.Entries(epoch, account), epoch, part.Index, draws, part.Item.LinesKeptTogether)
            select entry;
        var step = _events.Begin(shard.Of == 1 ? "build" : $"build {shard}", 0, "entry");
        return new EntryShuffle(Path.Combine(folder, $"{name}.shuffle")).Sort(Counted(entries, account, step));
    }

    private static IEnumerable<KeyedEntry> Counted(IEnumerable<KeyedEntry> entries, TrainingSetAccount account, IRunStep step)
    {
        using (step)
        {
            foreach (var entry in entries)
            {
                account.Count(entry.Entry);
                step.Advance(1);
                yield return entry;
            }
        }
    }

    private (PairSizes Sizes, TranslatedEnglish? English) Translated(
        string folder, TrainingSources sources, Shard shard, CancellationToken cancellation)
    {
        var sizes = new PairSizes(_options, sources.Parallel);
        var english = English(folder, sources, sizes);
        if (english is not null)
        {
            var lines = new SortedDictionary<string, int>(StringComparer.Ordinal);
            for (var pair = 0; pair < sizes.Pairs.Count; pair++)
                foreach (var language in (string[])[sizes.Pairs[pair].First, sizes.Pairs[pair].Second])
                    if (language != TranslatedEnglish.English)
                        lines[language] = Math.Max(
                            lines.GetValueOrDefault(language), Math.Min(sizes.Numbers(pair).Lack, english.Text.Lines.Count));
            english.Translate(lines, shard, _events, cancellation);
        }

        if (Account(sizes, english) is { } account && account.Drawn < account.Wanted)
            _events.Warn(string.Create(
                CultureInfo.InvariantCulture,
                $"there is too little English text for g: {account.Wanted:N0} lines wanted, {account.Drawn:N0} drawn of "
                + $"{account.Available:N0}; small pairs stay below {_options.AugmentBelow:N0}"));
        return (sizes, english);
    }

    /// <summary>
    /// D_En, as many lines as the neediest pair lacks, of which every pair takes its first ones: so g translates a sentence into a language
    /// once. Where English is monolingual text of the set too, at most half goes to g, or what the cap leaves over. Null = nothing is lacking.
    /// </summary>
    private TranslatedEnglish? English(string folder, TrainingSources sources, PairSizes sizes)
    {
        var wanted = Wanted(sizes);
        if (_translator is null || wanted == 0)
            return null;
        var isOfSet = sources.Monolingual.Any(source => source.Language == TranslatedEnglish.English);
        long Most(long available) => !isOfSet ? available
            : Math.Max(available / 2, available - (_options.MonolingualPerLanguage ?? available));
        var text = EnglishText.Draw(sources.English, sources.HeldOut, new Draws(_options.Seed, "English for g"), wanted, Most);
        if (text.Lines.Count == 0)
            throw new RequestException(
                "g has no English text to translate", "training set", "add a source with English text, or leave the pivot out");
        return new(text, _translator, folder);
    }

    private static int Wanted(PairSizes sizes) =>
        Enumerable.Range(0, sizes.Pairs.Count).Select(pair => sizes.Numbers(pair).Lack).DefaultIfEmpty().Max();

    private static EnglishAccount? Account(PairSizes sizes, TranslatedEnglish? english) => english is null
        ? null
        : new(Wanted(sizes), english.Text.Lines.Count, english.Text.Available);

    private string Key(TrainingSources sources, int shards) => Manifest.HashTexts(
        RecipeWriter.Write(_options), sources.Fingerprint, _translator?.Fingerprint ?? "", shards.ToString(CultureInfo.InvariantCulture));

    private static void CheckName(string name)
    {
        if (name.Length == 0 || Path.GetFileName(name) != name)
            throw new RequestException($"\"{name}\" is not a file name", "training set", "give a name without folders, for example train");
    }

    private static void Begin(string folder, string name)
    {
        CheckName(name);
        Directory.CreateDirectory(folder);
        File.Delete(Path.Combine(folder, Manifest.FileName));
    }

    private TrainingSetManifest Finish(string folder, string name, IEnumerable<KeyedEntry> sorted, TrainingSetAccount account)
    {
        var path = Path.Combine(folder, name + ".parquet");
        TrainingSetFile.Write(path, sorted.Select(keyed => keyed.Entry));
        var manifest = new TrainingSetManifest
        {
            File = Path.GetFileName(path),
            Sha256 = Manifest.HashFile(path),
            Options = _options,
            Entries = account.Counts.Sum(count => count.Entries),
            Counts = account.Counts,
            Pairs = account.Pairs,
            EmptyLines = account.EmptyLines,
            English = account.English,
        };
        ManifestJson.Write(folder, manifest);
        return manifest;
    }
}
