using System.Runtime.InteropServices;
using System.Text.Json;
using Llamax.Training.Resuming;

namespace Llamax.Training.Collectives;

/// <summary>Exchanges of values instead of bytes.</summary>
public static class Agreement
{
    /// <summary>The values of all ranks, by rank.</summary>
    public static T[] Exchange<T>(this ICollective ranks, T value, TimeSpan? patience)
        where T : unmanaged =>
        Array.ConvertAll(
            ranks.Exchange(MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref value, 1)), patience),
            static bytes => MemoryMarshal.Read<T>(bytes));

    /// <summary>What the first rank finds; the others wait for it, however long it takes.</summary>
    /// <param name="ranks">All ranks make this call.</param>
    /// <param name="find">Called on the first rank alone; what it gives travels as JSON.</param>
    public static T FromFirst<T>(this ICollective ranks, Func<T> find)
    {
        if (ranks.Size == 1)
            return find();
        var found = ranks.Rank == 0 ? find() : default;
        var message = ranks.Rank == 0 ? JsonSerializer.SerializeToUtf8Bytes(found, TrainingFormat.Json) : [];
        var answer = ranks.Exchange(message, patience: null)[0];
        return ranks.Rank == 0 ? found! : JsonSerializer.Deserialize<T>(answer, TrainingFormat.Json)!;
    }
}
