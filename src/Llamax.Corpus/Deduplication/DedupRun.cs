using Llamax.Corpus.Reading;
using Llamax.Corpus.Sharding;
using Llamax.Runs;
using Llamax.Runs.Progress;

namespace Llamax.Corpus.Deduplication;

/// <summary>A part of the work that is done alone where many processes share it.</summary>
public enum DedupPhase
{
    /// <summary>The keys of a shard's pairs, by partition.</summary>
    Map,

    /// <summary>What each of a shard's partitions drops.</summary>
    Reduce,

    /// <summary>What is left of a shard's pairs.</summary>
    Apply,
}

/// <summary>
/// Removes duplicates of corpora that are larger than memory: keys are written by partition (map), each partition is sorted (reduce), and
/// the pairs are read again without what the partitions drop (apply). The result depends on the inputs and on what a duplicate is alone.
/// </summary>
/// <param name="request">What to read and write; the corpora of Against come first: what is in them is dropped everywhere.</param>
/// <param name="options">What a duplicate is.</param>
/// <param name="malformed">The readers' counter.</param>
/// <param name="events">Progress.</param>
public sealed class DedupRun(
    StepRequest request, DedupOptions options, MalformedLines malformed, IRunEvents events)
{
    private readonly StepRequest _request = request with { Options = request.Options + options.Description };

    /// <summary>All phases, or one phase of one shard, or the merging of what the shards applied.</summary>
    /// <returns>The report; null where only a phase was done.</returns>
    /// <exception cref="RequestException">The request is wrong, an input cannot be read, or an earlier phase is missing.</exception>
    public StepReport? Run(DedupPhase? phase, CancellationToken cancellation)
    {
        OptionProblem.ThrowIfAny(_request.Command, [.. _request.Problems(), .. options.Problems()]);
        if (All.Any(input => input.IsStandardInput))
            throw new RequestException("standard input can be read once, dedup reads twice", "INPUT", "write it to a file first");
        if (!_request.IsParallel && options.On != DedupSide.Pair)
            throw new RequestException("text of one language has no sides to choose from", "--on", "leave it out");
        if (phase is null && _request.Shard is not null)
            throw new RequestException("--shard needs a phase", "", "add --phase map, reduce or apply");
        if (phase is not null && _request.Merge is not null)
            throw new RequestException("--merge has no phase", "", "leave --phase out: it merges what was applied");
        var folder = new DedupFolder(_request.OutputName, _request.Key, options.Partitions);
        if (_request.Merge is not null)
            return Apply(folder, cancellation);
        var shard = _request.Shard ?? Shard.Whole;
        if (phase is null or DedupPhase.Map)
            Map(folder, shard, redo: phase is not null, cancellation);
        if (phase is null or DedupPhase.Reduce)
            Reduce(folder, shard, redo: phase is not null, cancellation);
        if (phase is DedupPhase.Map or DedupPhase.Reduce)
            return null;
        var report = Apply(folder, cancellation);
        if (phase is null)
            folder.Remove();
        return report;
    }

    private void Map(DedupFolder folder, Shard shard, bool redo, CancellationToken cancellation)
    {
        if (!redo && folder.HasMap(shard))
            return;
        using var progress = events.Begin($"{_request.Command}: keys", 0, "pair");
        var keys = new PairKeys(options);
        var parts = CorpusPart.Of(All, shard, malformed, cancellation);
        folder.WriteMap(shard, OrderedWork.Do(parts, _request.Threads, part =>
        {
            List<KeyRow> rows = new(part.Pairs.Count);
            for (var place = 0; place < part.Pairs.Count; place++)
                keys.Add(part.Pairs[place], part.Sequence(place), rows);
            progress.Advance(part.Pairs.Count);
            return rows;
        }));
    }

    private void Reduce(DedupFolder folder, Shard shard, bool redo, CancellationToken cancellation)
    {
        var own = Enumerable.Range(0, options.Partitions).Where(partition => partition % shard.Of == shard.Number - 1)
            .Where(partition => redo || !folder.HasDropped(partition)).ToList();
        using var progress = events.Begin($"{_request.Command}: partitions", own.Count, "partition");
        foreach (var partition in own)
        {
            cancellation.ThrowIfCancellationRequested();
            var sort = new ExternalSort(folder.SortPath(partition), (int)Math.Min(options.MemoryBytes / KeyRow.Bytes, Array.MaxLength));
            var drops = new ExternalSort(folder.SortPath(partition) + "-drops", (int)Math.Min(options.MemoryBytes / KeyRow.Bytes,
                Array.MaxLength));
            folder.WriteDropped(partition, drops.Sort(AllButFirst(sort.Sort(folder.Partition(partition)))));
            progress.Advance(1);
        }
    }

    private StepReport? Apply(DedupFolder folder, CancellationToken cancellation) =>
        StepRun.Run(_request, [Reason], shard => Without(folder.Dropped(), shard, cancellation), _ => { }, malformed, events);

    private IReadOnlyList<StepInput> All => field ??= [.. _request.Against, .. _request.Inputs];

    private string Reason => options.Kind == DedupKind.Near ? "nearDuplicate" : "duplicate";

    /// <summary>For every pair that shares a key with an earlier one: itself, and the first that has the key.</summary>
    private static IEnumerable<KeyRow> AllButFirst(IEnumerable<KeyRow> sorted)
    {
        KeyRow? first = null;
        foreach (var row in sorted)
        {
            if (first is not { } one || !row.HasKeyOf(one))
                first = row;
            else if (row.Sequence != one.Sequence)
                yield return new((ulong)row.Sequence, (ulong)one.Sequence, 0);
        }
    }

    private IEnumerable<JudgedPart> Without(IEnumerable<KeyRow> dropped, Shard shard, CancellationToken cancellation)
    {
        using var next = dropped.GetEnumerator();
        var hasNext = next.MoveNext();
        foreach (var part in CorpusPart.Of(_request.Inputs, shard, malformed, cancellation, _request.Against.Count))
        {
            List<SentencePair> kept = new(part.Pairs.Count);
            List<RemovedPair> removed = [];
            for (var place = 0; place < part.Pairs.Count; place++)
            {
                var sequence = part.Sequence(place);
                while (hasNext && (long)next.Current.High < sequence)
                    hasNext = next.MoveNext();
                if (hasNext && (long)next.Current.High == sequence)
                    removed.Add(new(sequence, Reason, NameOf((long)next.Current.Low), part.Pairs[place]));
                else
                    kept.Add(part.Pairs[place]);
            }

            yield return new(part.File, part.Block, part.Pairs.Count, kept, removed, new());
        }
    }

    private string NameOf(long sequence)
    {
        var (file, place) = CorpusPart.PlaceOf(sequence);
        return FormattableString.Invariant($"pair {place + 1} of {All[file].Name}");
    }
}
