using System.Buffers;

namespace Llamax.Text.Identification;

/// <summary>
/// The labels with the highest logarithms of probabilities. A binary heap with the lowest on top, kept as the C++ standard library does
/// (push: up from the last leaf; pop: the hole down to a leaf, then up), because that decides which of equals come first.
/// </summary>
internal ref struct BestLabels(int capacity)
{
    private readonly (int Label, float Logarithm)[] _heap = ArrayPool<(int, float)>.Shared.Rent(capacity + 1);
    private int _count;

    public readonly bool IsFull => _count == capacity;

    /// <summary>The lowest logarithm kept.</summary>
    public readonly float Lowest => _heap[0].Logarithm;

    public void Add(int label, float logarithm)
    {
        Raise(_count, (label, logarithm));
        if (++_count > capacity)
            Pop();
    }

    /// <summary>Writes the labels, the most probable first; ends the search.</summary>
    public int CopyTo(Span<LabelProbability> best)
    {
        var count = _count;
        while (_count > 1)
            Pop();
        for (var i = 0; i < count; i++)
            best[i] = new LabelProbability(_heap[i].Label, MathF.Exp(_heap[i].Logarithm));
        return count;
    }

    public readonly void Dispose() => ArrayPool<(int, float)>.Shared.Return(_heap);

    /// <summary>Moves the lowest behind the others.</summary>
    private void Pop()
    {
        var last = _heap[--_count];
        _heap[_count] = _heap[0];
        var hole = 0;
        while (2 * hole + 2 < _count)
        {
            var child = 2 * hole + 2;
            if (_heap[child].Logarithm > _heap[child - 1].Logarithm)
                child--;
            _heap[hole] = _heap[child];
            hole = child;
        }

        if (2 * hole + 1 < _count)
        {
            _heap[hole] = _heap[2 * hole + 1];
            hole = 2 * hole + 1;
        }

        Raise(hole, last);
    }

    private readonly void Raise(int hole, (int Label, float Logarithm) entry)
    {
        for (; hole > 0 && _heap[(hole - 1) / 2].Logarithm > entry.Logarithm; hole = (hole - 1) / 2)
            _heap[hole] = _heap[(hole - 1) / 2];
        _heap[hole] = entry;
    }
}
