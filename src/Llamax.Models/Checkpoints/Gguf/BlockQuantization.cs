using System.Buffers.Binary;

namespace Llamax.Models.Checkpoints.Gguf;

/// <summary>
/// Blocks of quantised numbers to floats and back, as ggml defines them: a scale per block, in the K types a scale and an offset per 32 or
/// 16 numbers that are themselves quantised inside a block of 256.
/// </summary>
internal static class BlockQuantization
{
    /// <summary>Whole blocks to numbers.</summary>
    public static void Restore(GgufType type, ReadOnlySpan<byte> blocks, Span<float> numbers)
    {
        var (size, bytes) = GgufTypes.Block(type);
        ArgumentOutOfRangeException.ThrowIfNotEqual(blocks.Length, numbers.Length / size * bytes);
        for (var i = 0; i < numbers.Length / size; i++)
        {
            var block = blocks.Slice(i * bytes, bytes);
            var result = numbers.Slice(i * size, size);
            switch (type)
            {
                case GgufType.Q4_0:
                    RestoreSmall(Scale(block), -8 * Scale(block), 0, block[2..], result);
                    break;
                case GgufType.Q4_1:
                    RestoreSmall(Scale(block), Scale(block[2..]), 0, block[4..], result);
                    break;
                case GgufType.Q5_0:
                    RestoreSmall(Scale(block), -16 * Scale(block), BinaryPrimitives.ReadUInt32LittleEndian(block[2..]), block[6..], result);
                    break;
                case GgufType.Q5_1:
                    RestoreSmall(
                        Scale(block), Scale(block[2..]), BinaryPrimitives.ReadUInt32LittleEndian(block[4..]), block[8..], result);
                    break;
                case GgufType.Q8_0:
                    RestoreQ8(block, result);
                    break;
                case GgufType.Q4_K:
                    RestoreQ4K(block, result);
                    break;
                case GgufType.Q5_K:
                    RestoreQ5K(block, result);
                    break;
                case GgufType.Q6_K:
                    RestoreQ6K(block, result);
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(type), type, "These numbers are stored plainly.");
            }
        }
    }

    /// <summary>Numbers, a multiple of 32, to Q8_0: the largest of a block becomes ±127.</summary>
    public static void ToQ8(ReadOnlySpan<float> numbers, Span<byte> blocks)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(blocks.Length, numbers.Length / 32 * 34);
        for (var i = 0; i < numbers.Length / 32; i++)
        {
            var block = blocks.Slice(i * 34, 34);
            var values = numbers.Slice(i * 32, 32);
            var largest = 0f;
            foreach (var value in values)
                largest = MathF.Max(largest, MathF.Abs(value));
            var scale = largest / 127;
            BinaryPrimitives.WriteHalfLittleEndian(block, (Half)scale);
            for (var k = 0; k < 32; k++)
                block[2 + k] = scale == 0 ? (byte)0 : (byte)(sbyte)MathF.Round(values[k] / scale, MidpointRounding.AwayFromZero);
        }
    }

    private static float Scale(ReadOnlySpan<byte> bytes) => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes);

    // Byte k holds number k in its lower and number k + 16 in its upper half; a fifth bit of number k is bit k of the high bits.
    private static void RestoreSmall(float scale, float offset, uint high, ReadOnlySpan<byte> halves, Span<float> numbers)
    {
        for (var k = 0; k < 16; k++)
        {
            numbers[k] = (scale * ((halves[k] & 15) | (int)(((high >> k) & 1) << 4))) + offset;
            numbers[k + 16] = (scale * ((halves[k] >> 4) | (int)(((high >> (k + 16)) & 1) << 4))) + offset;
        }
    }

    private static void RestoreQ8(ReadOnlySpan<byte> block, Span<float> numbers)
    {
        var scale = Scale(block);
        for (var k = 0; k < 32; k++)
            numbers[k] = scale * (sbyte)block[2 + k];
    }

    private static void RestoreQ4K(ReadOnlySpan<byte> block, Span<float> numbers)
    {
        for (var group = 0; group < 8; group++)
        {
            var (scale, offset) = ScaleAndOffset(block, group);
            var halves = block.Slice(16 + (group / 2 * 32), 32);
            for (var k = 0; k < 32; k++)
                numbers[(group * 32) + k] = (scale * ((halves[k] >> (group % 2 * 4)) & 15)) - offset;
        }
    }

    private static void RestoreQ5K(ReadOnlySpan<byte> block, Span<float> numbers)
    {
        var high = block.Slice(16, 32);
        for (var group = 0; group < 8; group++)
        {
            var (scale, offset) = ScaleAndOffset(block, group);
            var halves = block.Slice(48 + (group / 2 * 32), 32);
            for (var k = 0; k < 32; k++)
            {
                var number = ((halves[k] >> (group % 2 * 4)) & 15) | (((high[k] >> group) & 1) << 4);
                numbers[(group * 32) + k] = (scale * number) - offset;
            }
        }
    }

    // Twelve bytes hold 8 scales and 8 offsets of 6 bits: the lower 6 bits of bytes 0 to 7 the first four of each, the upper 2 bits of
    // those and the halves of bytes 8 to 11 the last four.
    private static (float Scale, float Offset) ScaleAndOffset(ReadOnlySpan<byte> block, int group)
    {
        var packed = block.Slice(4, 12);
        var (scale, offset) = group < 4
            ? (packed[group] & 63, packed[group + 4] & 63)
            : ((packed[group + 4] & 15) | (packed[group - 4] >> 6 << 4), (packed[group + 4] >> 4) | (packed[group] >> 6 << 4));
        return (Scale(block) * scale, Scale(block[2..]) * offset);
    }

    private static void RestoreQ6K(ReadOnlySpan<byte> block, Span<float> numbers)
    {
        var low = block[..128];
        var high = block.Slice(128, 64);
        var scales = block.Slice(192, 16);
        var scale = Scale(block[208..]);
        for (var k = 0; k < 256; k++)
        {
            // Each half of 128 numbers: four runs of 32, whose lower four bits share 64 bytes and whose upper two share 32 bytes.
            var (half, run, at) = (k / 128, k % 128 / 32, k % 32);
            var lower = (low[(half * 64) + (run % 2 * 32) + at] >> (run / 2 * 4)) & 15;
            var upper = (high[(half * 32) + at] >> (run * 2)) & 3;
            numbers[k] = scale * (sbyte)scales[k / 16] * ((lower | (upper << 4)) - 32);
        }
    }
}
