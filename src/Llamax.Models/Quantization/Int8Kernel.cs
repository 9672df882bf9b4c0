namespace Llamax.Models.Quantization;

/// <summary>
/// Products of eight-bit numbers: unsigned activations (shifted by 128) times signed weights, summed in 32 bits. Every kernel gives
/// the same sums; they differ in what the processor must have.
/// </summary>
internal abstract unsafe class Int8Kernel
{
    /// <summary>Outputs that are computed together.</summary>
    public const int Outputs = 16;

    /// <summary>Inputs that lie together.</summary>
    public const int Quad = 4;

    /// <summary>Inputs are padded to a multiple of it.</summary>
    public const int Step = 16;

    /// <summary>Added to every activation.</summary>
    public const byte Shift = 128;

    /// <summary>The fastest that this processor has.</summary>
    public static Int8Kernel Fastest { get; } = Available[0];

    /// <summary>Every kernel that this processor has, the fastest first; the last is there everywhere.</summary>
    public static IReadOnlyList<Int8Kernel> Available =>
        [.. VnniKernel.IsSupported ? [new VnniKernel()] : Array.Empty<Int8Kernel>(),
            .. Avx2Kernel.IsSupported ? [new Avx2Kernel()] : Array.Empty<Int8Kernel>(), new PortableKernel()];

    /// <summary>The most rows that <see cref="Sum"/> takes at once.</summary>
    protected abstract int MostRows { get; }

    /// <summary>Computes the outputs of some blocks of <see cref="Outputs"/>, for all rows.</summary>
    public void Multiply(in Job job, int firstBlock, int endBlock)
    {
        var sums = stackalloc int[MostRows * Outputs];
        for (var block = firstBlock; block < endBlock; block++)
        {
            var weights = job.Weights + ((long)block * Outputs * job.Depth);
            for (var row = 0; row < job.Rows;)
            {
                var count = Sum(job.Inputs + ((long)row * job.Depth), weights, job.Depth, job.Rows - row, sums);
                for (var i = 0; i < count; i++)
                    Finish(job, row + i, block * Outputs, sums + (i * Outputs));
                row += count;
            }
        }
    }

    /// <summary>Sums of products of some rows with the weights of sixteen outputs.</summary>
    /// <param name="rows">[rows, depth].</param>
    /// <param name="weights">[depth / 4, 16, 4].</param>
    /// <param name="depth">Inputs, a multiple of <see cref="Step"/>.</param>
    /// <param name="left">Rows that there are.</param>
    /// <param name="sums">[rows, 16], written.</param>
    /// <returns>How many rows were taken, 1 to <see cref="MostRows"/>.</returns>
    protected abstract int Sum(byte* rows, sbyte* weights, int depth, int left, int* sums);

    private static void Finish(in Job job, int row, int first, int* sums)
    {
        var scale = job.RowScales[row];
        var count = Math.Min(Outputs, job.Width - first);
        float* target = job.Result + ((long)row * job.Width) + first, scales = job.Scales + first;
        var offsets = job.Offsets + first;
        if (job.Bias is null)
        {
            for (var i = 0; i < count; i++)
                target[i] = (sums[i] - offsets[i]) * (scale * scales[i]);
        }
        else
        {
            for (var i = 0; i < count; i++)
                target[i] = ((sums[i] - offsets[i]) * (scale * scales[i])) + job.Bias[first + i];
        }
    }

    /// <summary>One product of matrices.</summary>
    /// <param name="inputs">[rows, depth] shifted activations.</param>
    /// <param name="weights">[blocks, depth / 4, 16, 4].</param>
    /// <param name="rowScales">[rows].</param>
    /// <param name="scales">[width].</param>
    /// <param name="offsets">[width] subtracted from the sums.</param>
    /// <param name="bias">[width], or null.</param>
    /// <param name="result">[rows, width].</param>
    /// <param name="rows">How many.</param>
    /// <param name="depth">Inputs, padded.</param>
    /// <param name="width">Outputs.</param>
    public readonly struct Job(
        byte* inputs, sbyte* weights, float* rowScales, float* scales, int* offsets, float* bias, float* result, int rows, int depth, int width)
    {
        public readonly byte* Inputs = inputs;
        public readonly sbyte* Weights = weights;
        public readonly float* RowScales = rowScales;
        public readonly float* Scales = scales;
        public readonly int* Offsets = offsets;
        public readonly float* Bias = bias;
        public readonly float* Result = result;
        public readonly int Rows = rows;
        public readonly int Depth = depth;
        public readonly int Width = width;
    }
}

/// <summary>Plain arithmetic, for processors without any of the others' instructions and as what they are tested against.</summary>
internal sealed unsafe class PortableKernel : Int8Kernel
{
    protected override int MostRows => 1;

    protected override int Sum(byte* rows, sbyte* weights, int depth, int left, int* sums)
    {
        new Span<int>(sums, Outputs).Clear();
        for (var k = 0; k < depth; k += Quad, weights += Outputs * Quad)
            for (var n = 0; n < Outputs; n++)
                for (var i = 0; i < Quad; i++)
                    sums[n] += rows[k + i] * weights[(n * Quad) + i];
        return 1;
    }
}
