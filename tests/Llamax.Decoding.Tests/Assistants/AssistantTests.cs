using Llamax.Decoding.Assistants;
using Llamax.Decoding.Tests.Search;
using Llamax.Decoding.Tests.Translators;
using Llamax.Models.Causal;
using Llamax.Runs;
using Llamax.Testing;
using Llamax.Text.Tokenization;
using Microsoft.Extensions.AI;
using static TorchSharp.torch;

namespace Llamax.Decoding.Tests.Assistants;

public sealed class AssistantTests
{
    [Fact]
    public async Task A_conversation_is_answered_by_alpaca_s_prompt_until_a_stop()
    {
        using var client = Client("Hello you STOP more");
        ChatMessage[] messages = [new(ChatRole.System, "Be kind."), new(ChatRole.User, "Hi")];
        var response = await client.GetResponseAsync(messages, new() { StopSequences = [" STOP"] }, Now);
        Assert.Equal("Hello you", response.Text);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.Equal("toy", response.ModelId);
        Assert.Contains("### Instruction:\nBe kind.\n\n### Input:\nHi", _asked, StringComparison.Ordinal);

        var cut = await client.GetResponseAsync(messages, new() { MaxOutputTokens = 4 }, Now);
        Assert.Equal(("Hell", ChatFinishReason.Length), (cut.Text, cut.FinishReason));
        Assert.Equal(4, cut.Usage!.OutputTokenCount);
        Assert.Same(client, client.GetService(typeof(IChatClient)));
        Assert.Equal("toy", client.GetService<ChatClientMetadata>()!.DefaultModelId);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(" STOP")]
    public async Task Pieces_of_a_stream_make_the_whole_answer_and_never_show_a_stop(string? stop)
    {
        using var client = Client("Hello you STOP more");
        var options = new ChatOptions { StopSequences = stop is null ? null : [stop] };
        var whole = (await client.GetResponseAsync("Hi", options, Now)).Text;
        var updates = await client.GetStreamingResponseAsync("Hi", options, Now).ToListAsync(Now);
        Assert.Equal(whole, string.Concat(updates.Select(update => update.Text)));
        Assert.InRange(updates.Count, 4, 40);
        Assert.Equal(ChatFinishReason.Stop, updates[^1].FinishReason);
    }

    [Fact]
    public async Task With_a_temperature_the_seed_decides()
    {
        var letters = new TableEngine(256, _ => [.. Enumerable.Range(0, 256).Select(id => id is > 64 and < 91 ? 0.0 : -99)], 500);
        using var client = new EngineChatClient(letters, new LetterTokenizer(), [0], "toy");
        async Task<string> Ask(long seed) =>
            (await client.GetResponseAsync("Hi", new() { Temperature = 1, Seed = seed, MaxOutputTokens = 20 }, Now)).Text;
        Assert.Equal(await Ask(1), await Ask(1));
        Assert.NotEqual(await Ask(1), await Ask(2));
    }

    [Fact]
    public async Task A_conversation_that_is_too_long_is_refused()
    {
        using var client = Client("x");
        await Assert.ThrowsAsync<RequestException>(() => client.GetResponseAsync(new string('x', 1000), null, Now));
    }

    [Fact]
    public async Task An_embedding_is_the_mean_of_the_last_hidden_state()
    {
        var tokenizer = TokenizerFile.Load(Goldens.DataPath("tinyllama-stories260K", "tok512.model"));
        var model = CausalModel.Load(Goldens.GoldenPath("models", "stories260k"));
        using var generator = new HiddenStateEmbeddings(model, tokenizer, "stories");
        string[] texts = ["Once upon a time", "there was a dog.", "Once upon a time"];
        var embeddings = await generator.GenerateAsync(texts, null, Now);
        Assert.Equal(embeddings[0].Vector.ToArray(), embeddings[2].Vector.ToArray());
        Assert.NotEqual(embeddings[0].Vector.ToArray(), embeddings[1].Vector.ToArray());
        using var scope = NewDisposeScope();
        long[] ids = [tokenizer.BosId!.Value, .. tokenizer.Encode(texts[1]).Select(id => (long)id)];
        var hidden = model.HiddenStates(tensor(ids).unsqueeze(0))[^1];
        for (var i = 0; i < model.Config.HiddenSize; i++)
        {
            var sum = 0.0;
            for (var t = 0; t < ids.Length; t++)
                sum += hidden[0, t, i].item<float>();
            Assert.Equal(sum / ids.Length, embeddings[1].Vector.Span[i], 1e-4);
        }

        Assert.Equal(model.Config.HiddenSize, ((EmbeddingGeneratorMetadata)generator.GetService(typeof(EmbeddingGeneratorMetadata))!).DefaultModelDimensions);
        await Assert.ThrowsAsync<RequestException>(() => generator.GenerateAsync([string.Concat(Enumerable.Repeat("long ", 2000))], null, Now));
    }

    private string _asked = "";

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    /// <summary>A "model" that answers every prompt with the same words.</summary>
    private EngineChatClient Client(string answer) => new(new TableEngine(256, sequence =>
    {
        var text = new LetterTokenizer().Decode([.. sequence]);
        _asked = text[..(text.IndexOf("### Response:", StringComparison.Ordinal) + 13)];
        var said = text.Length - _asked.Length;
        return [.. Enumerable.Range(0, 256).Select(id => id == (said < answer.Length ? answer[said] : 0) ? 9.0 : -9)];
    }, 500), new LetterTokenizer(), [0], "toy");
}
