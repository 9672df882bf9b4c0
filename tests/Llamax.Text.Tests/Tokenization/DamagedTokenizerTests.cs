using System.Buffers.Binary;
using Llamax.Runs;
using Llamax.Testing;
using Llamax.Text.Tokenization;

namespace Llamax.Text.Tests.Tokenization;

/// <summary>Tokenizer files that came over a bad line: each is read or refused with one message, without asking for memory.</summary>
public sealed class DamagedTokenizerTests : IDisposable
{
    private const int Rounds = 160;
    private const long MostBytes = 64 << 20;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("tokenizer.model")]
    [InlineData("tokenizer.json")]
    [InlineData("tokenizer_config.json")]
    public void Flipped_cut_and_overwritten_bytes_are_refused_or_harmless(string name)
    {
        var model = TokenizerFile.LoadModel(Goldens.DataPath("tinyllama-stories260K", "tok512.model"));
        TokenizerFile.Save(model with { RemoveExtraWhitespaces = false }, _folder.Path);
        // The folder prefers tokenizer.json: to read the other one, it must be alone.
        if (name == "tokenizer.model")
            File.Delete(_folder["tokenizer.json"]);
        var whole = File.ReadAllBytes(_folder[name]);
        var draws = new Draws(13, $"damage {name}");
        for (var round = 0; round < Rounds; round++)
        {
            int Draw(int number, int below) => (int)(draws.Bits((ulong)round, (ulong)number) % (ulong)below);
            var bytes = whole.ToArray();
            switch (round % 4)
            {
                case 0:
                    bytes = bytes[..Draw(1, whole.Length)];
                    break;
                case 1:
                    bytes[Draw(1, whole.Length)] ^= (byte)(1 << Draw(2, 8));
                    break;
                case 2:
                    for (var i = 0; i < 8; i++)
                        bytes[Draw(10 + i, whole.Length)] = (byte)Draw(20 + i, 256);
                    break;
                default:
                    BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(Draw(1, whole.Length - 8)), ulong.MaxValue);
                    break;
            }

            File.WriteAllBytes(_folder[name], bytes);
            AssertReadOrRefused($"{name}, round {round}");
        }
    }

    private void AssertReadOrRefused(string what)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            _ = TokenizerFile.Load(_folder.Path).Encode("Once upon a time");
        }
        catch (RequestException refusal)
        {
            Assert.NotEmpty(refusal.Mend);
        }
        catch (Exception other)
        {
            Assert.Fail($"{what}: {other}");
        }

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MostBytes, $"{what} asked for memory");
    }
}
