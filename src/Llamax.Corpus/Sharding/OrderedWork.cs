namespace Llamax.Corpus.Sharding;

/// <summary>Work on several threads whose results come in the order of the items, few of them at a time.</summary>
internal static class OrderedWork
{
    public static IEnumerable<TResult> Do<T, TResult>(IEnumerable<T> items, int threads, Func<T, TResult> work)
    {
        if (threads == 1)
        {
            foreach (var item in items)
                yield return work(item);
            yield break;
        }

        var pending = new Queue<Task<TResult>>();
        try
        {
            foreach (var item in items)
            {
                if (pending.Count == 2 * threads)
                    yield return pending.Dequeue().GetAwaiter().GetResult();
                pending.Enqueue(Task.Run(() => work(item)));
            }

            while (pending.TryDequeue(out var oldest))
                yield return oldest.GetAwaiter().GetResult();
        }
        finally
        {
            // Nothing works on behind the back of whoever stopped reading; its failure was told by the first that failed.
            foreach (var task in pending)
                Task.WhenAny(task).GetAwaiter().GetResult();
        }
    }
}
