using System.Collections.Frozen;
using System.Text;

namespace Llamax.Text.Languages;

/// <summary>
/// Frequent Chinese characters that exist in one orthography alone: each pair is simplified, traditional. Characters that are
/// correct in both (后, 里, 台, 只, 干) are left out, so a pair never speaks for the wrong side.
/// </summary>
internal static class HanVariants
{
    private const string Pairs =
        "这這个個们們来來国國时時为為对對说說会會过過还還发發学學现現没沒样樣种種经經当當动動进進两兩问問间間开開关關门門见見长長车車东東马馬业業义義书書买買卖賣乐樂与與专專严嚴丰豐临臨丽麗举舉习習乡鄉争爭产產亲親亿億仅僅从從仓倉仪儀价價众眾优優伙夥" +
        "传傳伤傷伦倫伟偉体體佣傭侠俠侧側侨僑侦偵俩倆债債倾傾偿償储儲儿兒兑兌党黨兰蘭兴興养養兽獸冈岡军軍农農冲衝决決况況冻凍净淨减減凤鳳凭憑凯凱击擊刘劉则則刚剛创創删刪别別剂劑剑劍剧劇劝勸办辦务務劳勞势勢励勵医醫华華协協单單卢盧卫衛厂廠厅廳历歷厉厲" +
        "压壓厌厭县縣参參双雙变變叙敘叶葉号號叹嘆吓嚇吗嗎听聽启啟吴吳员員呜嗚响響哑啞唤喚园園围圍图圖圆圓圣聖场場坏壞块塊坚堅坛壇坝壩坟墳垄壟垒壘执執扩擴扫掃扬揚扰擾抚撫抛拋抢搶护護报報担擔拟擬拥擁拦攔择擇挂掛挡擋挤擠挥揮损損换換据據摄攝摆擺摇搖敌敵" +
        "数數断斷无無旧舊显顯晓曉术術机機杀殺杂雜权權条條杨楊极極构構枪槍柜櫃标標栏欄树樹桥橋检檢楼樓欢歡欧歐残殘毁毀毕畢气氣汇匯汉漢汤湯沟溝泪淚泽澤洁潔浅淺测測济濟浓濃涛濤润潤涨漲渐漸温溫湾灣湿濕满滿滚滾滤濾滨濱灭滅灯燈灵靈灾災炉爐点點炼煉烂爛烟煙" +
        "烦煩热熱爱愛爷爺状狀犹猶狮獅独獨狱獄猎獵猪豬献獻玛瑪环環电電画畫疗療疯瘋监監盖蓋盘盤码碼础礎确確礼禮祸禍离離积積称稱稳穩穷窮窃竊竞競笔筆筑築简簡类類粮糧紧緊红紅约約级級纪紀纯純纳納纸紙线線练練组組细細织織终終绍紹绝絕统統继繼续續维維绿綠网網" +
        "罗羅罚罰职職联聯肃肅胜勝脑腦脏髒脚腳脱脫舰艦艺藝节節苏蘇荣榮药藥获獲营營虑慮虽雖补補袭襲装裝观觀规規视視觉覺览覽触觸计計订訂认認讨討让讓训訓议議记記讲講许許论論设設访訪证證评評识識诉訴词詞译譯试試话話询詢该該详詳语語误誤请請诸諸读讀课課谁誰" +
        "调調谈談谢謝贝貝负負财財责責败敗货貨质質贵貴费費资資赛賽赞贊赢贏赵趙跃躍践踐轮輪软軟轻輕载載较較输輸达達迁遷运運连連远遠违違迟遲适適选選递遞遗遺邓鄧邮郵邻鄰郑鄭酱醬释釋针針钟鐘钢鋼钱錢铁鐵银銀链鏈销銷锁鎖错錯键鍵镇鎮镜鏡闭閉闻聞阅閱队隊阳陽" +
        "阴陰阵陣阶階际際陆陸陈陳险險随隨隐隱难難雾霧静靜韩韓页頁顶頂项項顺順须須顾顧预預领領频頻题題颜顏额額风風飞飛饭飯饮飲馆館驱驅验驗骑騎鱼魚鲁魯鲜鮮鸟鳥鸡雞麦麥黄黃齐齊齿齒龙龍龟龜总總战戰实實应應将將归歸边邊处處头頭万萬岁歲几幾么麼给給张張师師" +
        "带帶帮幫币幣库庫庆慶废廢异異弹彈录錄彻徹态態怀懷恶惡惊驚惯慣愿願户戶寻尋导導尔爾尝嘗尽盡层層属屬屿嶼岛島峡峽宁寧宝寶审審宪憲宾賓夺奪奖獎妇婦妈媽孙孫奋奮复復亚亞声聲转轉辞辭岗崗内內烧燒胆膽写寫乔喬";

    private static readonly FrozenSet<char> Simplified = Side(0);

    private static readonly FrozenSet<char> Traditional = Side(1);

    public static bool IsSimplifiedOnly(Rune rune) => rune.IsBmp && Simplified.Contains((char)rune.Value);

    public static bool IsTraditionalOnly(Rune rune) => rune.IsBmp && Traditional.Contains((char)rune.Value);

    private static FrozenSet<char> Side(int side) => Pairs.Where((_, place) => place % 2 == side).ToFrozenSet();
}
