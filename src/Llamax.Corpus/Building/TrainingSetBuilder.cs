using System.Globalization;
using Llamax.Corpus.Augmentation;
using Llamax.Corpus.Lexicons;
using Llamax.Runs;
using Llamax.Runs.Manifests;
using Llamax.Runs.Progress;

namespace Llamax.Corpus.Building;

/// <summary>
/// LLaMAX, Algorithm 1, in its plain form (without pivot translation by g): monolingual lines; every sentence pair as one entry in one
/// direction, drawn evenly; small language pairs replicated, and augmented in both directions by dictionary code-switching of the
/// source; all shuffled. Every draw is keyed by seed, epoch, language pair and number of the sentence pair.
/// </summary>
public sealed class TrainingSetBuilder
{
    private readonly TrainingSetOptions _options;
    private readonly MultilingualLexicon _lexicon;
    private readonly PseudoParallel _augmentation;
    private readonly IRunEvents _events;
    private readonly HashSet<string> _unknown = [];

    /// <exception cref="RequestException">An option breaks its rule.</exception>
    public TrainingSetBuilder(TrainingSetOptions options, MultilingualLexicon lexicon, IRunEvents? events = null)
    {
        OptionProblem.ThrowIfAny("training set", options.Problems());
        (_options, _lexicon, _events) = (options, lexicon, events ?? SilentEvents.Instance);
        _augmentation = new(new CodeSwitcher(lexicon, options.CodeSwitch));
    }

    /// <summary>Writes NAME.parquet (see <see cref="TrainingSetFile"/>) and manifest.json to <paramref name="folder"/>.</summary>
    /// <exception cref="RequestException">A source pairs a language with itself or holds another number of pairs than it says.</exception>
    public TrainingSetManifest Write(string folder, string name, TrainingSources sources)
    {
        if (name.Length == 0 || Path.GetFileName(name) != name)
            throw new RequestException($"\"{name}\" is not a file name", "training set", "give a name without folders, for example train");
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, name + ".parquet");
        File.Delete(Path.Combine(folder, Manifest.FileName));

        var account = new TrainingSetAccount();
        var shuffle = new EntryShuffle(Draws("shuffle"), folder, _options.LinesKeptTogether);
        using (var step = _events.Begin("build", 0, "entry"))
            TrainingSetFile.Write(path, Counted(shuffle.Shuffle(Build(sources, account)), account, step));

        var manifest = new TrainingSetManifest
        {
            File = Path.GetFileName(path),
            Sha256 = Manifest.HashFile(path),
            Options = _options,
            Entries = account.Counts.Sum(count => count.Entries),
            Counts = account.Counts,
            Pairs = account.Pairs,
            EmptyLines = account.EmptyLines,
        };
        ManifestJson.Write(folder, manifest);
        return manifest;
    }

    /// <summary>The entries before the shuffle.</summary>
    internal IEnumerable<TrainingEntry> Build(TrainingSources sources, TrainingSetAccount account)
    {
        foreach (var source in sources.Monolingual)
        {
            foreach (var line in source.Lines)
            {
                if (string.IsNullOrWhiteSpace(line.Text))
                    account.EmptyLines++;
                else
                    yield return new(EntryKind.Monolingual, source.Language, "", [new(line.Text, true)], line.Origin);
            }
        }

        // D_para ← D_para(s→t) ∪ D_para(t→s): sources of both orders count together.
        foreach (var pair in sources.Parallel.GroupBy(source => Unordered(source)))
            foreach (var entry in BuildPair([.. pair], account))
                yield return entry;

        foreach (var entry in sources.Ready)
            yield return entry;
    }

    private IEnumerable<TrainingEntry> BuildPair(IReadOnlyList<ParallelSource> sources, TrainingSetAccount account)
    {
        var (first, second) = Unordered(sources[0]);
        var directions = Draws($"direction/{first}-{second}");
        var size = sources.Sum(source => source.Count);
        var replicas = size < _options.ReplicateBelow ? _options.Replicas : 1;
        var isAugmented = size < _options.AugmentBelow;
        var pair = new PairAccount(sources[0].Source, sources[0].Target, 0, 0, replicas, 0, 0, 0, 0);
        long number = 0;
        foreach (var source in sources)
        {
            var forward = isAugmented ? Augmentation(source.Source, source.Target) : null;
            var backward = isAugmented ? Augmentation(source.Target, source.Source) : null;
            var start = number;
            foreach (var sentences in source.Pairs)
            {
                var item = number++;
                var (left, right) = (sentences.Source.Trim(), sentences.Target.Trim());
                if (left.Length == 0 || right.Length == 0)
                {
                    pair = pair with { EmptyPairs = pair.EmptyPairs + 1 };
                    continue;
                }

                for (var replica = 0; replica < replicas; replica++)
                    yield return Joined(source, left, right, isForward: directions.Uniform(item, replica) < 0.5, sentences.Origin);
                if (forward is { } there)
                    yield return Augment(there, left, right, item, sentences.Origin, ref pair);
                if (backward is { } back)
                    yield return Augment(back, right, left, item, sentences.Origin, ref pair);
            }

            if (number - start != source.Count)
            {
                throw new RequestException(
                    string.Create(CultureInfo.InvariantCulture, $"{number - start:N0} sentence pairs read, {source.Count:N0} announced"),
                    $"{source.Source}-{source.Target}",
                    "count the pairs again: the number decides on replication and augmentation");
            }
        }

        account.Pairs.Add(pair with { Pairs = number });
    }

    private static TrainingEntry Joined(ParallelSource source, string left, string right, bool isForward, string origin) => isForward
        ? new(EntryKind.Parallel, source.Source, source.Target, [new(left, true), new(right, true)], origin)
        : new(EntryKind.Parallel, source.Target, source.Source, [new(right, true), new(left, true)], origin);

    /// <summary>D_aug(s→t); null where the lexicon knows no word of s.</summary>
    private Direction? Augmentation(string source, string target)
    {
        if (_lexicon.EntityCounts.GetValueOrDefault(source) > 0)
            return new(source, target, Draws($"code-switch/{source}-{target}"));
        if (_unknown.Add(source))
            _events.Warn($"no pair with {source} as source is augmented: the lexicon holds no word of it");
        return null;
    }

    private TrainingEntry Augment(Direction direction, string source, string target, long item, string origin, ref PairAccount pair)
    {
        var made = _augmentation.FromPair(new(source, target, origin), direction.Source, direction.Target, direction.Draws, item);
        pair = pair with
        {
            Augmented = pair.Augmented + 1,
            Unswitched = pair.Unswitched + (made.ReplacedWords == 0 ? 1 : 0),
            KnownWords = pair.KnownWords + made.KnownWords,
            ReplacedWords = pair.ReplacedWords + made.ReplacedWords,
        };
        return made.Entry;
    }

    private static IEnumerable<TrainingEntry> Counted(IEnumerable<TrainingEntry> entries, TrainingSetAccount account, IRunStep step)
    {
        foreach (var entry in entries)
        {
            account.Count(entry);
            step.Advance(1);
            yield return entry;
        }
    }

    private static (string First, string Second) Unordered(ParallelSource source)
    {
        if (source.Source == source.Target)
            throw new RequestException("a language is paired with itself", $"{source.Source}-{source.Target}", "give two languages");
        return string.CompareOrdinal(source.Source, source.Target) < 0 ? (source.Source, source.Target) : (source.Target, source.Source);
    }

    private Draws Draws(string purpose) =>
        new(_options.Seed, string.Create(CultureInfo.InvariantCulture, $"{purpose}/epoch {_options.Epoch}"));

    private readonly record struct Direction(string Source, string Target, Draws Draws);
}
