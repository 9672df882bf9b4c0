using System.Security.Cryptography;
using System.Text;

namespace Llamax.Runs;

/// <summary>
/// Random numbers drawn by key: (seed, purpose, item, draw) names one number for ever, so threads, shards, ranks and restarts
/// cannot change the data (design, principle 5). Philox 4x32 with 10 rounds (Salmon et al., SC 2011).
/// </summary>
public readonly struct Draws
{
    private readonly uint _key0;
    private readonly uint _key1;

    /// <param name="seed">The run's seed.</param>
    /// <param name="purpose">What the numbers decide, for example <c>"augment"</c>: two purposes never share numbers.</param>
    public Draws(ulong seed, string purpose)
    {
        ArgumentNullException.ThrowIfNull(purpose);
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}:{purpose}"), hash);
        _key0 = BitConverter.ToUInt32(hash);
        _key1 = BitConverter.ToUInt32(hash[4..]);
    }

    private Draws(uint key0, uint key1) => (_key0, _key1) = (key0, key1);

    /// <summary>A generator with the key itself, as the published test vectors use it.</summary>
    internal static Draws FromKey(uint key0, uint key1) => new(key0, key1);

    /// <summary>64 uniform bits.</summary>
    public ulong Bits(ulong item, ulong draw = 0)
    {
        var (a, b, _, _) = Block((uint)item, (uint)(item >> 32), (uint)draw, (uint)(draw >> 32));
        return a | ((ulong)b << 32);
    }

    /// <summary>Uniform in [0, 1) with 53 bits.</summary>
    public double Uniform(long item, long draw = 0) => (Bits((ulong)item, (ulong)draw) >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in 0 … <paramref name="bound"/> − 1.</summary>
    public int Below(int bound, long item, long draw = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        return (int)Math.BigMul(Bits((ulong)item, (ulong)draw), (ulong)bound, out _);
    }

    /// <summary>Standard normal (Box–Muller on one block of four words).</summary>
    public double Normal(long item, long draw = 0)
    {
        var (a, b, c, d) = Block((uint)item, (uint)(item >> 32), (uint)draw, (uint)(draw >> 32));
        var u = (((a | ((ulong)b << 32)) >> 11) + 1) * (1.0 / (1UL << 53));
        var v = ((c | ((ulong)d << 32)) >> 11) * (1.0 / (1UL << 53));
        return Math.Sqrt(-2 * Math.Log(u)) * Math.Cos(2 * Math.PI * v);
    }

    /// <summary>A permutation of 0 … <paramref name="count"/> − 1 (Fisher–Yates), the same for the same key and item.</summary>
    public int[] Permutation(int count, long item = 0)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++)
        {
            var j = Below(i + 1, item, i);
            order[i] = order[j];
            order[j] = i;
        }

        return order;
    }

    internal (uint A, uint B, uint C, uint D) Block(uint a, uint b, uint c, uint d)
    {
        var (key0, key1) = (_key0, _key1);
        for (var round = 0; round < 10; round++)
        {
            var product0 = (ulong)a * 0xD2511F53;
            var product1 = (ulong)c * 0xCD9E8D57;
            (a, b, c, d) = ((uint)(product1 >> 32) ^ b ^ key0, (uint)product1, (uint)(product0 >> 32) ^ d ^ key1, (uint)product0);
            key0 += 0x9E3779B9;
            key1 += 0xBB67AE85;
        }

        return (a, b, c, d);
    }
}
