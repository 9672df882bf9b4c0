using System.Runtime.InteropServices;

namespace Llamax.Decoding.Search;

/// <summary>Which exceptions say that a device has no memory left: .NET's own, and libtorch's, which has no type for it.</summary>
internal static class MemoryShortage
{
    private static readonly string[] Words = ["out of memory", "not enough memory", "can't allocate memory"];

    public static bool Is(Exception failure) => failure is OutOfMemoryException
        || (failure is ExternalException
            && Array.Exists(Words, words => failure.Message.Contains(words, StringComparison.OrdinalIgnoreCase)));
}
