using TorchSharp;

namespace Llamax.Models.Native;

/// <summary>Work of the kernels written here, split over as many threads as libtorch uses.</summary>
internal static class CpuWork
{
    /// <summary>Numbers read or written below which a second thread costs more than it gains.</summary>
    private const long WorthAThread = 1 << 17;

    /// <summary>Runs <paramref name="piece"/>(from, to) over 0 … <paramref name="count"/>, in one or several disjoint pieces.</summary>
    /// <param name="count">Items; each is computed alike whatever the pieces are.</param>
    /// <param name="granularity">Pieces begin at multiples of it.</param>
    /// <param name="touched">Numbers that all items read and write together.</param>
    /// <param name="piece">May run on several threads at once.</param>
    public static void Split(int count, int granularity, long touched, Action<int, int> piece)
    {
        var grains = (count + granularity - 1) / granularity;
        var threads = (int)Math.Min(Math.Min(torch.get_num_threads(), grains), Math.Max(1, touched / WorthAThread));
        if (threads == 1)
        {
            piece(0, count);
            return;
        }

        int Bound(int thread) => (int)Math.Min(count, (long)grains * thread / threads * granularity);
        Parallel.For(0, threads, thread => piece(Bound(thread), Bound(thread + 1)));
    }
}
