namespace Llamax.Pipelines.Data;

/// <summary>Long streams that can be stopped between two items.</summary>
public static class Interruption
{
    /// <summary>The items as they come; throws before the next one once it is asked to stop.</summary>
    /// <exception cref="OperationCanceledException">Asked to stop.</exception>
    public static IEnumerable<T> Until<T>(this IEnumerable<T> items, CancellationToken cancellation)
    {
        foreach (var item in items)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return item;
        }
    }
}
