using System.Buffers.Binary;
using System.Diagnostics;
using Llamax.Models.Causal;
using Llamax.Models.Checkpoints;
using Llamax.Models.Checkpoints.Gguf;
using Llamax.Models.Checkpoints.TorchZip;
using Llamax.Runs;
using Llamax.Testing;

namespace Llamax.Models.Tests.Checkpoints;

/// <summary>
/// Files that came over a bad line or from a bad person: each is read or refused with one message, at once and without asking for more
/// memory than the file has.
/// </summary>
[Trait("Category", "Golden")]
public sealed class DamagedFilesTests : IDisposable
{
    private const int Rounds = 240;
    private const long MostBytes = 64 << 20;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Kinds => ["safetensors", "gguf", "torch", "config"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Flipped_cut_and_overwritten_bytes_are_refused_or_harmless(string kind)
    {
        var (whole, open) = Subject(kind);
        var draws = new Draws(11, $"damage {kind}");
        // Headers decide: most of the damage goes there. A zip archive has its header at its end.
        var header = Math.Min(whole.Length, 4096);
        for (var round = 0; round < Rounds; round++)
        {
            uint Draw(int number, int below) => (uint)(draws.Bits((ulong)round, (ulong)number) % (ulong)below);
            var bytes = whole.ToArray();
            int Place(int number)
            {
                var at = (int)Draw(number, header);
                return kind == "torch" && Draw(number + 50, 2) == 0 ? whole.Length - 1 - at : at;
            }

            switch (round % 4)
            {
                case 0:
                    bytes = bytes[..(int)Draw(1, whole.Length)];
                    break;
                case 1:
                    bytes[Place(1)] ^= (byte)(1 << (int)Draw(2, 8));
                    break;
                case 2:
                    for (var i = 0; i < 4; i++)
                        bytes[Place(10 + i)] = (byte)Draw(20 + i, 256);
                    break;
                default:
                    var large = Draw(3, 3) switch { 0 => ulong.MaxValue, 1 => 1UL << 62, _ => (ulong)whole.Length };
                    BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(Math.Min(Place(1), whole.Length - 8)), large);
                    break;
            }

            AssertReadOrRefused(kind, bytes, open, $"{kind}, round {round}");
        }
    }

    private void AssertReadOrRefused(string kind, byte[] bytes, Action<string> open, string what)
    {
        var path = _folder.Write($"damaged.{kind}", bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        try
        {
            open(path);
        }
        catch (RequestException refusal)
        {
            Assert.False(string.IsNullOrEmpty(refusal.Mend), what);
        }
        catch (Exception other)
        {
            Assert.Fail($"{what}: {other}");
        }

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MostBytes, $"{what} asked for memory");
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{what} took {watch.Elapsed}");
    }

    private (byte[] Whole, Action<string> Open) Subject(string kind)
    {
        var folder = Goldens.GoldenPath("models", "formats-llama");
        switch (kind)
        {
            case "safetensors":
                return (File.ReadAllBytes(Path.Combine(folder, "fp16", "model.safetensors")), path => new SafetensorsFile(path).Dispose());
            case "torch":
                return (File.ReadAllBytes(Path.Combine(folder, "bin", "pytorch_model.bin")), path => new TorchZipFile(path).Dispose());
            case "config":
                return (File.ReadAllBytes(Path.Combine(folder, "config.json")), path => CausalConfig.FromJson(path));
            default:
                GgufExport.Write(Goldens.GoldenPath("models", "stories260k"), _folder["whole.gguf"], GgufType.Q8_0);
                return (File.ReadAllBytes(_folder["whole.gguf"]), path =>
                {
                    _ = CausalConfig.Read(path);
                    using var file = new CheckpointFolder(path);
                }
                );
        }
    }

    [Fact]
    public void Names_tied_in_a_circle_are_refused_and_a_chain_of_ties_is_followed()
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        void Write(string ties, params string[] names)
        {
            var tensors = string.Join(", ", names.Select(
                (name, i) => $$"""
                    "{{name}}": {"dtype": "F32", "shape": [1], "data_offsets": [{{4 * i}}, {{4 * (i + 1)}}]}
                    """));
            var header = System.Text.Encoding.UTF8.GetBytes($$"""{"__metadata__": {{ties}}, {{tensors}}}""");
            var length = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            _folder.Write("model.safetensors", [.. length, .. header, .. new byte[4 * names.Length]]);
        }

        void Check()
        {
            using var checkpoint = new CheckpointFolder(_folder.Path);
            checkpoint.Check([("a", [1]), ("kept", [1])], _ => false);
            using var value = checkpoint.Read("a");
        }

        Write("""{"a": "b", "b": "kept", "format": "pt"}""", "kept");
        Check();
        Write("""{"a": "b", "b": "c", "c": "a"}""", "kept");
        Assert.Contains("a is tied in a circle: a → b → c → a", Assert.Throws<RequestException>(Check).Message, StringComparison.Ordinal);
        Write("""{"a": "b", "b": "nowhere"}""", "kept");
        Assert.Contains("1 tensor missing (a)", Assert.Throws<RequestException>(Check).Message, StringComparison.Ordinal);
    }
}
