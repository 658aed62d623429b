/** Vocabulary of the generated data sets: a factory, its cameras, its paperwork. */

/** @param {string} text */
const words = (text) => text.trim().split(/\s+/);

/** Label names: letters, digits, hyphen and underscore only, no two that differ only in case. */
export const labels = words(`
  scratch dent rust stain crack chip burr warp blister pinhole corrosion misaligned missing-screw loose_cable
  good rework scrap unknown-part oil-leak broken_seal bubble fold tear overspray discoloured bent worn clean
  forklift pallet person helmet vest crate conveyor robot-arm barrier cone
`);

/** Label names in Chinese. */
export const chineseLabels = words(`
  划痕 凹陷 锈蚀 污渍 裂纹 缺口 毛刺 变形 起泡 针孔 腐蚀 错位 缺螺丝 线缆松动 合格 返工 报废 漏油 密封破损 气泡
  叉车 托盘 工人 安全帽 反光背心 货箱 传送带 机械臂 护栏 路锥
`);

/** Kinds of named entity. */
export const entityLabels = words('person organisation place product date amount part_number');
export const chineseEntityLabels = words('人名 机构 地点 产品 日期 金额 零件号');

export const englishWords = words(`
  the operator reports that pump station three lost pressure shortly after midnight and the valve was replaced
  by a technician from the north plant before production resumed with reduced speed while inspection of the
  second line continued until morning when the supplier confirmed delivery of new gaskets bearings filters
  sensors cables clamps motors brackets according to the maintenance plan signed in Leipzig Rotterdam Nairobi
  Osaka Lima by Jansen Okafor Tanaka Rossi Novak Silva invoice number total euros kilograms litres metres
`);

export const chineseWords = words(`
  操作员 报告 三号 泵站 午夜 之后 压力 下降 阀门 已经 更换 技术员 北厂 检查 第二条 生产线 恢复 减速 运行 供应商
  确认 交付 新的 垫片 轴承 过滤器 传感器 电缆 电机 支架 按照 维护 计划 签字 深圳 贵阳 武汉 成都 张伟 李娜 王芳 刘洋
  发票 编号 合计 公斤 升 米 以及 因此 我们 建议 下周 重新 校准
`);

export const annotators = words('human human/plant-7/j.okafor human/plant-7/m.rossi modelarts/auto-label');
export const chineseAnnotators = words('human human/北厂/王芳 human/北厂/张伟 modelarts/auto-label');
export const shifts = words('early late night');
export const surfaces = words('steel aluminium glass painted brushed coated');
export const chineseSurfaces = words('钢材 铝材 玻璃 喷漆 拉丝 镀层');
