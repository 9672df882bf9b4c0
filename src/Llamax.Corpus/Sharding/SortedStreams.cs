namespace Llamax.Corpus.Sharding;

/// <summary>Streams that are sorted each, as one.</summary>
internal static class SortedStreams
{
    /// <summary>All items in the order of their keys; holds one item of each stream.</summary>
    /// <param name="streams">Each sorted by the key.</param>
    /// <param name="keyOf">No two items of different streams have the same.</param>
    public static IEnumerable<T> Merge<T, TKey>(IEnumerable<IEnumerable<T>> streams, Func<T, TKey> keyOf)
    {
        var heads = new PriorityQueue<IEnumerator<T>, TKey>();
        try
        {
            foreach (var stream in streams)
                Enqueue(stream.GetEnumerator());
            while (heads.TryDequeue(out var stream, out _))
            {
                yield return stream.Current;
                Enqueue(stream);
            }
        }
        finally
        {
            foreach (var (stream, _) in heads.UnorderedItems)
                stream.Dispose();
        }

        void Enqueue(IEnumerator<T> stream)
        {
            if (stream.MoveNext())
                heads.Enqueue(stream, keyOf(stream.Current));
            else
                stream.Dispose();
        }
    }
}
