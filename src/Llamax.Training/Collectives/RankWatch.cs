using System.Buffers.Binary;
using System.Globalization;

namespace Llamax.Training.Collectives;

/// <summary>
/// Ends a process whose partners do not come. A native collective call cannot be interrupted from inside, so a thread of its own looks
/// at the clock, says which rank is missing, and kills the process; the launcher then ends the others, and the next start goes on
/// from the last checkpoint.
/// </summary>
/// <param name="folder">Shared by the ranks: each one writes there how far it has come.</param>
/// <param name="rank">This process.</param>
/// <param name="size">Processes in all.</param>
/// <param name="end">Says the last words and ends the process.</param>
internal sealed class RankWatch(string folder, int rank, int size, Action<string> end) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ManualResetEventSlim _over = new();
    private readonly FileStream _progress = OpenProgress(folder, rank);
    private Thread? _thread;
    private long _calls;
    private long _deadline = long.MaxValue;
    private TimeSpan _patience;

    /// <summary>Begins to wait for the others; disposing what is returned ends it.</summary>
    /// <param name="patience">Null = as long as it takes.</param>
    public Waiting Wait(TimeSpan? patience)
    {
        _calls++;
        WriteProgress();
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
    public IReadOnlyList<int> Missing() => [.. Enumerable.Range(0, size).Where(other => other != rank && ReadProgress(other) < _calls)];

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
        while (!_over.Wait(200))
        {
            lock (_lock)
            {
                if (Environment.TickCount64 < _deadline)
                    continue;
                _deadline = long.MaxValue;
            }

            var missing = Missing();
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

    // Never flushed to the disk: whoever reads it runs at the same time.
    private void WriteProgress()
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, _calls);
        RandomAccess.Write(_progress.SafeFileHandle, bytes, 0);
    }

    private long ReadProgress(int other)
    {
        try
        {
            using var file = File.OpenHandle(PathOf(folder, other), share: FileShare.ReadWrite | FileShare.Delete);
            Span<byte> bytes = stackalloc byte[sizeof(long)];
            return RandomAccess.Read(file, bytes, 0) == bytes.Length ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : 0;
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
