using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Llamax.Decoding.Engines;
using Llamax.Decoding.Prompts;
using Llamax.Decoding.Search;
using Llamax.Runs;
using Llamax.Text.Tokenization;
using Microsoft.Extensions.AI;

namespace Llamax.Decoding.Assistants;

/// <summary>
/// An engine as <see cref="IChatClient"/> of Microsoft.Extensions.AI. Without a temperature it answers greedily; with one it samples
/// (temperature, top-p, top-k, seed). Calls from many threads are answered one after another.
/// </summary>
public sealed class EngineChatClient : IChatClient
{
    private const int DefaultMaxTokens = 512;

    private readonly IDecoderEngine _engine;
    private readonly ITokenizer _tokenizer;
    private readonly int[] _endIds;
    private readonly Func<IReadOnlyList<ChatMessage>, string> _prompt;
    private readonly ChatClientMetadata _metadata;
    private readonly SemaphoreSlim _turn = new(1);

    /// <param name="engine">The model; disposed with the client.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="endIds">Its end tokens.</param>
    /// <param name="modelId">What the model is called in answers.</param>
    /// <param name="prompt">Writes a conversation as the model was trained on it; null = Alpaca's instruction (<see cref="AlpacaPrompt"/>),
    /// the last user's message being the input of the system's message where there is one.</param>
    public EngineChatClient(
        IDecoderEngine engine, ITokenizer tokenizer, IEnumerable<int> endIds, string modelId,
        Func<IReadOnlyList<ChatMessage>, string>? prompt = null)
    {
        (_engine, _tokenizer, _endIds, _prompt) = (engine, tokenizer, [.. endIds], prompt ?? Alpaca);
        _metadata = new("llamax", defaultModelId: modelId);
    }

    /// <exception cref="RequestException">The conversation is longer than the model.</exception>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var (prompt, search) = Prepare(messages, options);
        var hypothesis = await Search(prompt, search, options, null, cancellationToken).ConfigureAwait(false);
        return new(new ChatMessage(ChatRole.Assistant, Answer(hypothesis.Tokens, options)))
        {
            ModelId = _metadata.DefaultModelId,
            FinishReason = hypothesis.IsFinished ? ChatFinishReason.Stop : ChatFinishReason.Length,
            Usage = new()
            {
                InputTokenCount = prompt.Tokens.Length,
                OutputTokenCount = hypothesis.Tokens.Length,
                TotalTokenCount = prompt.Tokens.Length + hypothesis.Tokens.Length,
            },
        };
    }

    /// <summary>The same answer in pieces, as soon as no stop text can begin in them.</summary>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var (prompt, search) = Prepare(messages, options);
        var pieces = Channel.CreateUnbounded<string>();
        var held = options?.StopSequences is { Count: > 0 } stops ? stops.Max(stop => stop.Length) - 1 : 0;
        var sent = "";
        var searching = Search(prompt, search, options, tokens =>
        {
            var text = Answer(tokens.ToArray(), options);
            var safe = text.Length - Math.Max(held, text.EndsWith('\uFFFD') ? 3 : 0);
            if (safe > sent.Length && text.StartsWith(sent, StringComparison.Ordinal) && !char.IsHighSurrogate(text[safe - 1]))
            {
                pieces.Writer.TryWrite(text[sent.Length..safe]);
                sent = text[..safe];
            }
        }, cancellationToken);
        _ = searching.ContinueWith(done => pieces.Writer.Complete(), TaskScheduler.Default);
        await foreach (var piece in pieces.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            yield return new(ChatRole.Assistant, piece) { ModelId = _metadata.DefaultModelId };
        var hypothesis = await searching.ConfigureAwait(false);
        var answer = Answer(hypothesis.Tokens, options);
        yield return new(ChatRole.Assistant, answer.StartsWith(sent, StringComparison.Ordinal) ? answer[sent.Length..] : "")
        {
            ModelId = _metadata.DefaultModelId,
            FinishReason = hypothesis.IsFinished ? ChatFinishReason.Stop : ChatFinishReason.Length,
        };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? _metadata
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    public void Dispose()
    {
        _engine.Dispose();
        _turn.Dispose();
    }

    private static string Alpaca(IReadOnlyList<ChatMessage> messages)
    {
        var system = messages.LastOrDefault(message => message.Role == ChatRole.System)?.Text;
        var user = messages.LastOrDefault(message => message.Role == ChatRole.User)?.Text ?? "";
        return string.IsNullOrWhiteSpace(system) ? AlpacaPrompt.Format(user) : AlpacaPrompt.Format(system, user);
    }

    private (SearchPrompt Prompt, SearchOptions Search) Prepare(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        var tokens = new List<int>();
        if (_tokenizer.BosId is { } bos)
            tokens.Add(bos);
        _tokenizer.Encode(_prompt([.. messages]), tokens);
        if (_engine.MostNewTokens(tokens.Count) < 1)
            throw new RequestException(
                $"the conversation has {tokens.Count} tokens, the model takes fewer than {_engine.MaxLength}", mend: "shorten it");
        return (new([.. tokens]), new()
        {
            Beams = 1,
            MaxNewTokens = options?.MaxOutputTokens ?? DefaultMaxTokens,
            Sampling = options?.Temperature is > 0 and var temperature
                ? new()
                {
                    Temperature = temperature,
                    TopP = options.TopP ?? 1,
                    TopK = options.TopK ?? 0,
                    Seed = (ulong)(options.Seed ?? 0),
                }
                : null,
        });
    }

    private async Task<Hypothesis> Search(
        SearchPrompt prompt, SearchOptions search, ChatOptions? options, Action<ReadOnlySpan<int>>? heard, CancellationToken cancellation)
    {
        var stops = new StopTexts(_tokenizer, [.. options?.StopSequences ?? []]).Rule;
        var batched = new BatchedSearch(_engine, _endIds, search, answer =>
        {
            heard?.Invoke(answer);
            return stops?.Invoke(answer) ?? false;
        });
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return (await Task.Run(() => batched.Run([prompt], null, cancellation), cancellation).ConfigureAwait(false))[0][0];
        }
        finally
        {
            _turn.Release();
        }
    }

    private string Answer(int[] tokens, ChatOptions? options)
    {
        var text = _tokenizer.Decode([.. tokens.Where(id => id < _tokenizer.VocabularySize)]);
        foreach (var stop in options?.StopSequences ?? [])
            if (text.IndexOf(stop, StringComparison.Ordinal) is >= 0 and var end)
                text = text[..end];
        return text;
    }
}
