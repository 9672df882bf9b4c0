using System.Numerics;

namespace Llamax.Training.Watching;

/// <summary>The checksum of TensorFlow's record files: CRC-32C, rotated and shifted so that a checksum of checksums stays one.</summary>
internal static class MaskedCrc32C
{
    private const uint Mask = 0xa282ead8;

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return BitOperations.RotateRight(~crc, 15) + Mask;
    }
}
