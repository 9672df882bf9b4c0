using Llamax.Runs;

namespace Llamax.Corpus.Reading;

/// <summary>
/// Counts the lines that a reader could not use and keeps the first few with file, line and reason, so that nothing is dropped
/// silently. One counter may serve several readers and threads.
/// </summary>
/// <param name="strict">Whether the first malformed line ends the reading with an error.</param>
public sealed class MalformedLines(bool strict = false)
{
    private const int KeptExamples = 10;

    private readonly Lock _lock = new();
    private readonly List<string> _examples = [];
    private long _count;

    /// <summary>Malformed lines so far.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>The first ten, as <c>corpus/en-ha.tsv:10482: 1 column found, 2 expected</c>.</summary>
    public IReadOnlyList<string> Examples
    {
        get
        {
            lock (_lock)
                return [.. _examples];
        }
    }

    /// <exception cref="RequestException">The counter is strict.</exception>
    internal void Add(string origin, string what, string mend)
    {
        if (strict)
            throw new RequestException(what, origin, mend);
        lock (_lock)
        {
            Interlocked.Increment(ref _count);
            if (_examples.Count < KeptExamples)
                _examples.Add($"{origin}: {what}");
        }
    }
}
