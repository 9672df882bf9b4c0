using System.Runtime.InteropServices;
using System.Text;
using Llamax.Corpus.Mixing;
using Llamax.Runs;

namespace Llamax.Corpus.Packing;

/// <summary>
/// Entries in the order of a mix. They are read once and laid, as tokens, into a temporary file for each language and kind; the plan's
/// order then draws from these files, each read from its beginning again at every epoch. Memory grows with the number of sources alone.
/// </summary>
internal sealed class MixedEntries : IDisposable
{
    private readonly Dictionary<(string Language, EntryKind Kind), SourceRun> _runs;
    private readonly ulong _seed;

    private MixedEntries(Dictionary<(string Language, EntryKind Kind), SourceRun> runs, MixPlan plan, ulong seed) =>
        (_runs, Plan, _seed) = (runs, plan, seed);

    /// <summary>What will be seen how often; sizes and budget are entries of the built set.</summary>
    public MixPlan Plan { get; }

    /// <param name="entries">Read once.</param>
    /// <param name="options">The mix.</param>
    /// <param name="seed">Decides the order.</param>
    /// <param name="folder">Where the files lie meanwhile.</param>
    /// <exception cref="RequestException">The options do not fit the entries.</exception>
    public static MixedEntries Of(IEnumerable<EntryTokens> entries, MixOptions options, ulong seed, string folder)
    {
        var runs = new Dictionary<(string Language, EntryKind Kind), SourceRun>();
        try
        {
            foreach (var entry in entries)
                Run(runs, entry.Head, folder).Add(entry);

            // By name: the plan does not depend on which source came first.
            var sources = runs.OrderBy(run => run.Key.Language, StringComparer.Ordinal).ThenBy(run => run.Key.Kind)
                .Select(run => new MixSource(run.Key.Language, run.Key.Kind, run.Value.Lines, run.Value.Entries));
            return new(runs, MixPlanner.Plan([.. sources], options), seed);
        }
        catch
        {
            Dispose(runs);
            throw;
        }
    }

    /// <summary>The entries of a stage of the plan, in its order.</summary>
    public IEnumerable<EntryTokens> Stage(MixStage stage)
    {
        var readers = stage.Shares.Select(share => _runs[(share.Source.Language, share.Source.Kind)]).ToList();
        foreach (var step in MixOrder.Steps(stage, new Draws(_seed, $"mix/{stage.Name}")))
            yield return readers[step.Source].Read(step.Entry);
    }

    public void Dispose() => Dispose(_runs);

    private static void Dispose(Dictionary<(string Language, EntryKind Kind), SourceRun> runs)
    {
        foreach (var run in runs.Values)
            run.Dispose();
    }

    private static SourceRun Run(Dictionary<(string Language, EntryKind Kind), SourceRun> runs, EntryHead head, string folder)
    {
        var key = (head.Source, head.Kind);
        if (!runs.TryGetValue(key, out var run))
        {
            run = new(Path.Combine(folder, FormattableString.Invariant($"mix-{runs.Count}{AtomicFile.TemporarySuffix}")));
            runs.Add(key, run);
        }

        return run;
    }

    /// <summary>The entries of one language and kind in a file that vanishes with this object.</summary>
    private sealed class SourceRun : IDisposable
    {
        private readonly FileStream _stream;
        private readonly BinaryWriter _writer;
        private readonly BinaryReader _reader;

        public SourceRun(string path)
        {
            _stream = new(path, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.ReadWrite,
                BufferSize = 1 << 14,
                Options = FileOptions.DeleteOnClose | FileOptions.SequentialScan,
            });
            _writer = new(_stream, Encoding.Unicode, leaveOpen: true);
            _reader = new(_stream, Encoding.Unicode, leaveOpen: true);
        }

        public long Entries { get; private set; }

        public long Lines { get; private set; }

        public void Add(EntryTokens entry)
        {
            var head = entry.Head;
            _writer.Write((byte)head.Kind);
            _writer.Write(head.Source);
            _writer.Write(head.Target);
            _writer.Write(head.Origin);
            _writer.Write(head.Lines);
            _writer.Write(entry.Segments.Length);
            foreach (var segment in entry.Segments)
            {
                _writer.Write(segment.HasLoss);
                _writer.Write(segment.Tokens.Length);
                _writer.Write(MemoryMarshal.AsBytes(segment.Tokens.AsSpan()));
            }

            Entries++;
            Lines += head.Lines;
        }

        /// <summary>The next entry; number 0 goes back to the first.</summary>
        public EntryTokens Read(long number)
        {
            if (number == 0)
                _stream.Position = 0;
            var head = new EntryHead(
                (EntryKind)_reader.ReadByte(), _reader.ReadString(), _reader.ReadString(), _reader.ReadString(), _reader.ReadInt32());
            var segments = new SegmentTokens[_reader.ReadInt32()];
            for (var i = 0; i < segments.Length; i++)
            {
                var hasLoss = _reader.ReadBoolean();
                var tokens = new int[_reader.ReadInt32()];
                _reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(tokens.AsSpan()));
                segments[i] = new(tokens, hasLoss);
            }

            return new(head, segments);
        }

        public void Dispose()
        {
            _reader.Dispose();
            _writer.Dispose();
            _stream.Dispose();
        }
    }
}
