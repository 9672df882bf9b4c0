using System.Buffers.Binary;
using System.Globalization;

namespace Llamax.Training.Collectives;

/// <summary>
/// Ends a process whose partners do not come. A native collective call cannot be interrupted from inside, so a thread of its own looks
/// at the clock, says which rank is missing, and kills the process; the launcher then ends the others, and the next start goes on
/// from the last checkpoint. A rank is missing that has not come to the call, or whose own watch beats no more: it was stopped inside.
/// </summary>
/// <param name="folder">Shared by the ranks: each one writes there how far it has come.</param>
/// <param name="rank">This process.</param>
/// <param name="size">Processes in all.</param>
/// <param name="end">Says the last words and ends the process.</param>
internal sealed class RankWatch(string folder, int rank, int size, Action<string> end) : IDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(200);

    // So long nobody's heart stands still who merely waits for a busy processor.
    private const int BeatsToListen = 10;

    private readonly Lock _lock = new();
    private readonly ManualResetEventSlim _over = new();
    private readonly FileStream _progress = OpenProgress(folder, rank);
    private Thread? _thread;
    private long _calls;
    private long _beats;
    private long _deadline = long.MaxValue;
    private TimeSpan _patience;

    /// <summary>Begins to wait for the others; disposing what is returned ends it.</summary>
    /// <param name="patience">Null = as long as it takes.</param>
    public Waiting Wait(TimeSpan? patience)
    {
        Write(CallsAt, ++_calls);
        if (patience is { } limit)
        {
            lock (_lock)
                (_deadline, _patience) = (Environment.TickCount64 + (long)limit.TotalMilliseconds, limit);
            if (_thread is null)
            {
                _thread = new Thread(Look) { IsBackground = true, Name = "rank watch" };
                _thread.Start();
            }
        }

        return new(this);
    }

    /// <summary>The ranks that have not come to the call in which this one waits.</summary>
    public IReadOnlyList<int> Missing() => [.. Others.Where(other => Read(other, CallsAt) < _calls)];

    /// <summary>The ranks whose watch does not beat while this one listens, about two seconds.</summary>
    private List<int> Silent()
    {
        var before = Others.ToDictionary(other => other, other => Read(other, BeatsAt));
        for (var beat = 0; beat < BeatsToListen && !_over.Wait(Beat); beat++)
            Write(BeatsAt, ++_beats);
        return [.. Others.Where(other => Read(other, BeatsAt) == before[other])];
    }

    private IEnumerable<int> Others => Enumerable.Range(0, size).Where(other => other != rank);

    public void Dispose()
    {
        _over.Set();
        _thread?.Join();
        _over.Dispose();
        _progress.Dispose();
        try
        {
            Directory.Delete(folder);
        }
        catch (IOException)
        {
            // Not the last one, or gone already.
        }
    }

    private void Look()
    {
        while (!_over.Wait(Beat))
        {
            Write(BeatsAt, ++_beats);
            lock (_lock)
            {
                if (Environment.TickCount64 < _deadline)
                    continue;
                _deadline = long.MaxValue;
            }

            var missing = Missing();
            if (missing.Count == 0)
                missing = Silent();
            var names = missing.Count == 0 ? "the other ranks" : $"rank {string.Join(", ", missing)}";
            end(string.Create(
                CultureInfo.InvariantCulture,
                $"rank {rank} of {size}: {names} did not answer for {_patience.TotalSeconds:0.#} s; the job ends here. To mend it: see "
                + $"what that rank says, then give the same command again: it goes on from the last checkpoint"));
        }
    }

    private static FileStream OpenProgress(string folder, int rank)
    {
        Directory.CreateDirectory(folder);
        return new(PathOf(folder, rank), FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 8, FileOptions.DeleteOnClose);
    }

    private static string PathOf(string folder, int rank) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"rank-{rank}.calls"));

    // Where each number lies in a rank's file.
    private const int CallsAt = 0;
    private const int BeatsAt = sizeof(long);

    // Never flushed to the disk: whoever reads it runs at the same time.
    private void Write(int place, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        RandomAccess.Write(_progress.SafeFileHandle, bytes, place);
    }

    private long Read(int other, int place)
    {
        try
        {
            using var file = File.OpenHandle(PathOf(folder, other), share: FileShare.ReadWrite | FileShare.Delete);
            Span<byte> bytes = stackalloc byte[sizeof(long)];
            return RandomAccess.Read(file, bytes, place) == bytes.Length ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : 0;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>While it lives, the watch is looking at the clock.</summary>
    internal readonly struct Waiting(RankWatch watch) : IDisposable
    {
        public void Dispose()
        {
            lock (watch._lock)
                watch._deadline = long.MaxValue;
        }
    }
}
