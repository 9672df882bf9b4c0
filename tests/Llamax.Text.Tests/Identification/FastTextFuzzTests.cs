using System.Buffers.Binary;
using Llamax.Runs;
using Llamax.Text.Identification;

namespace Llamax.Text.Tests.Identification;

/// <summary>Whatever a file holds: a model, or one clear refusal; never a crash, never more memory than the file accounts for.</summary>
public sealed class FastTextFuzzTests
{
    private const ulong Seed = 17;
    private const long MostBytes = 16 << 20;

    [Theory]
    [MemberData(nameof(LidModels.WithGoldens), MemberType = typeof(LidModels))]
    public void A_truncated_model_is_refused(string model)
    {
        var content = File.ReadAllBytes(LidModels.Find(model));
        var draws = new Draws(Seed, "truncations");
        for (var length = 0; length < 128; length++)
            Assert.Throws<RequestException>(() => LidModels.Read(content[..length]));
        for (var item = 0; item < 40; item++)
            Assert.Throws<RequestException>(() => LidModels.Read(content[..draws.Below(content.Length, item)]));
    }

    [Theory]
    [MemberData(nameof(LidModels.WithGoldens), MemberType = typeof(LidModels))]
    public void A_model_with_changed_bytes_is_refused_or_answers(string model)
    {
        var content = File.ReadAllBytes(LidModels.Find(model));
        var draws = new Draws(Seed, "changed bytes");
        for (var item = 0; item < 150; item++)
        {
            var changed = content.ToArray();
            // The header and the dictionary, where the sizes stand, get most of the changes.
            var reach = draws.Below(3, item, 1) switch { 0 => 120, 1 => Math.Min(8000, content.Length), _ => content.Length };
            for (var i = 0; i <= draws.Below(4, item, 2); i++)
                changed[draws.Below(reach, item, 3 + 2 * i)] = (byte)draws.Below(256, item, 4 + 2 * i);
            ReadAndAnswer(changed);
        }
    }

    [Fact]
    public void Random_bytes_behind_a_right_beginning_are_refused()
    {
        var draws = new Draws(Seed, "random bytes");
        for (var item = 0; item < 500; item++)
        {
            var content = new byte[draws.Below(4000, item)];
            for (var i = 0; i < content.Length; i++)
                content[i] = (byte)(draws.Below(4, item, 2 * i) == 0 ? draws.Below(256, item, 2 * i + 1) : 0);
            if (content.Length > 8 && draws.Below(4, item, -1) > 0)
            {
                BinaryPrimitives.WriteInt32LittleEndian(content, 793712314);
                BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(4), 12);
            }

            ReadAndAnswer(content);
        }
    }

    [Theory]
    [MemberData(nameof(LidModels.WithGoldens), MemberType = typeof(LidModels))]
    public void Sizes_beyond_the_file_take_no_memory(string model)
    {
        var content = File.ReadAllBytes(LidModels.Find(model));
        for (var field = 8; field < 96; field += 4)
        {
            foreach (var value in new[] { int.MaxValue, int.MinValue, -1, 0, 1 << 24 })
            {
                var changed = content.ToArray();
                BinaryPrimitives.WriteInt32LittleEndian(changed.AsSpan(field), value);
                ReadAndAnswer(changed);
            }
        }
    }

    private static void ReadAndAnswer(byte[] content)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            var best = new LabelProbability[3];
            LidModels.Read(content).Predict(LidModels.Between("Where is the kitchen? कहाँ है?"), best);
        }
        catch (RequestException problem)
        {
            Assert.Contains("model.bin: ", problem.Message, StringComparison.Ordinal);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
    }
}
