using Llamax.Models.EncoderDecoder;
using static TorchSharp.torch;

namespace Llamax.Models.Causal;

// P prompts, R live rows, K key/value heads, L longest prompt, M most new tokens, D head size

/// <summary>
/// Keys and values of a batch under decoding. Those of a prompt are stored once and shared by every row that continues it; those
/// of the new tokens are stored row by row and follow the rows when they are reordered. All rows have made the same number of steps.
/// The prompts of an encoder-decoder are its sources, as its decoder attends to them.
/// </summary>
/// <remarks>One thread at a time. The tensors are owned here.</remarks>
public sealed class KeyValueCache : IDisposable
{
    private readonly int _heads;
    private readonly int _headSize;
    private readonly int? _window;
    private readonly LayerCache[] _layers;
    private int[] _promptOfRow = [];
    private int[] _promptLengths = [];
    private int _mostNewTokens;

    public KeyValueCache(CausalModel model)
        : this(model.Config.Layers, model.Config.KeyValueHeads, model.Config.HeadSize, model.Config.SlidingWindow, model.Device)
    {
    }

    public KeyValueCache(EncoderDecoderModel model)
        : this(model.Config.DecoderLayers, model.Config.DecoderHeads, model.Config.Decoder.HeadSize, null, model.Device)
    {
    }

    private KeyValueCache(int layers, int heads, int headSize, int? window, Device device)
    {
        (_heads, _headSize, _window, Device) = (heads, headSize, window, device);
        _layers = [.. Enumerable.Range(0, layers).Select(_ => new LayerCache())];
    }

    /// <summary>Live rows.</summary>
    public int Rows => _promptOfRow.Length;

    /// <summary>New tokens in every row.</summary>
    public int Steps { get; private set; }

    internal Device Device { get; }

    internal LayerCache this[int layer] => _layers[layer];

    /// <summary>
    /// Replaces the live rows: new row i continues old row <paramref name="parents"/>[i]. A row named twice is forked, a row not
    /// named is freed, and a prompt without rows gives its memory back once half of them have none.
    /// </summary>
    public void Select(ReadOnlySpan<int> parents)
    {
        var isIdentity = parents.Length == Rows;
        var prompts = new int[parents.Length];
        for (var i = 0; i < parents.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(parents[i]);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(parents[i], Rows);
            prompts[i] = _promptOfRow[parents[i]];
            isIdentity &= parents[i] == i;
        }

        if (isIdentity)
            return;
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        if (Steps > 0)
        {
            var index = Index(parents);
            foreach (var layer in _layers)
                layer.SelectRows(index, Steps, _mostNewTokens);
        }

        _promptOfRow = prompts;
        DropPrompts();
    }

    public void Dispose()
    {
        foreach (var layer in _layers)
            layer.Dispose();
    }

    /// <summary>Forgets everything and expects the prompts' keys and values from each layer.</summary>
    internal void Begin(ReadOnlySpan<int> promptLengths, int mostNewTokens)
    {
        foreach (var layer in _layers)
            layer.Dispose();
        _promptLengths = promptLengths.ToArray();
        _promptOfRow = [.. Enumerable.Range(0, promptLengths.Length)];
        _mostNewTokens = mostNewTokens;
        Steps = 0;
    }

    /// <summary>Makes room for one more token of every row and says how the rows lie.</summary>
    /// <exception cref="InvalidOperationException">More steps than announced.</exception>
    internal StepPlan NextStep()
    {
        if (Steps == _mostNewTokens)
            throw new InvalidOperationException($"The cache was made for {_mostNewTokens} new tokens.");
        foreach (var layer in _layers)
            layer.Reserve(Rows, _mostNewTokens, _heads, _headSize);
        var plan = new StepPlan(_promptOfRow, _promptLengths, Steps, _window, Device);
        Steps++;
        return plan;
    }

    private void DropPrompts()
    {
        var live = _promptOfRow.Distinct().Order().ToArray();
        if (live.Length == 0 || live.Length * 2 > _promptLengths.Length)
            return;
        _promptLengths = [.. live.Select(prompt => _promptLengths[prompt])];
        var (index, longest) = (Index(live), _promptLengths.Max());
        foreach (var layer in _layers)
            layer.SelectPrompts(index, longest);
        _promptOfRow = [.. _promptOfRow.Select(prompt => Array.BinarySearch(live, prompt))];
    }

    private Tensor Index(ReadOnlySpan<int> rows)
    {
        var ids = new long[rows.Length];
        for (var i = 0; i < ids.Length; i++)
            ids[i] = rows[i];
        return tensor(ids, device: Device);
    }
}
