using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Llamax.Models.Native;

/// <summary>Pages of 2 MiB instead of 4 KiB for large buffers: the first touch of every page costs a fault, dear in virtual machines.</summary>
internal static unsafe partial class LargePages
{
    private const int Advice = 14;   // MADV_HUGEPAGE of mman.h
    private const long PageBytes = 1 << 21;

    /// <summary>Asks for them, where the system has them; the buffer is the same either way.</summary>
    /// <param name="buffer">In the memory of the host, just allocated.</param>
    public static void Ask(Tensor buffer)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var begin = (long)AotiInterop.DataPointer(buffer);
        var first = (begin + PageBytes - 1) / PageBytes * PageBytes;
        var length = (begin + (buffer.numel() * buffer.element_size()) - first) / PageBytes * PageBytes;
        if (length > 0)
            _ = Advise((void*)first, (nuint)length, Advice);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
